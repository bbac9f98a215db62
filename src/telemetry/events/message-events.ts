import type { LiveOutcome, Outcome, Trial } from '../../dispatch/outcome.ts';
import type { DispatchEvents, Handled } from '../../dispatch/report.ts';
import type { Logger } from '../logging/logger.ts';
import type { Origin } from '../../routes/envelope.ts';
import { startMessageSpan, type SpanParent } from '../tracing/message-span.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { parseTraceparent } from '../../routes/trace-context.ts';
import { createThrottle } from '../logging/throttle.ts';
import type { Tracing } from '../tracing/tracing.ts';

const LOG_INTERVAL_MS = 1000;
/** Routes of one channel that a log line names. */
const MOST_NAMED = 20;

/** Counts a handled message per route, logs its drops, and records one span. */
export function createMessageEvents(metrics: Metrics, logger: Logger, tracing: Tracing): Required<DispatchEvents> {
  const throttle = createThrottle(LOG_INTERVAL_MS);

  function logDrop(message: Handled, { route, reason, detail }: Outcome & { kind: 'dropped' }): void {
    // What cannot be read is a fact of the message: one line for all routes of the channel.
    const [where, named] =
      message.unread && route ? [message.channel, namesIn(message)] : [route?.name, { route: route?.name }];
    throttle(`${where}:${reason}`, (heldBack) => {
      const more = { ...traceOf(message), ...(heldBack > 0 && { heldBack }) };
      // The publisher of such a message meant that no user receives it.
      const level = reason === 'nobody' ? 'debug' : 'warn';
      logger[level]({ channel: message.channel, ...named, reason, detail, ...more }, 'message dropped');
    });
  }

  function logDisconnect(message: Handled, { route, recipients }: Outcome & { kind: 'disconnected' }): void {
    throttle(`${route.name}:disconnected`, (heldBack) => {
      const more = { ...traceOf(message), ...(heldBack > 0 && { heldBack }) };
      logger.info(
        { channel: message.channel, route: route.name, connections: recipients, ...more },
        'connections closed by control route',
      );
    });
  }

  function logTrial(message: Handled, route: string | undefined, { detail }: Trial): void {
    throttle(`${route}:schema_next`, (heldBack) => {
      const more = { ...traceOf(message), ...(heldBack > 0 && { heldBack }) };
      logger.warn({ channel: message.channel, route, detail, ...more }, 'message would be dropped by schema_next');
    });
  }

  return {
    begun(channel, receivedAt, origin) {
      const parent = parentIn(origin);
      return tracing.sampling(parent) ? startMessageSpan(tracing.tracer, channel, receivedAt, parent) : undefined;
    },
    handled(message) {
      metrics.pubsubReceived.inc();
      const now = Date.now();
      let logged = false;
      for (const outcome of message.outcomes) {
        count(metrics, outcome, now);
        if (outcome.kind === 'dropped' && !(message.unread && logged)) {
          logDrop(message, outcome);
          logged = true;
        }
        if (outcome.kind === 'disconnected') logDisconnect(message, outcome);
        if (outcome.next?.verdict === 'would-drop') logTrial(message, outcome.route?.name, outcome.next);
      }
      const recorded = message.trace ?? keptDrop(message, tracing);
      recorded?.ended(message);
      measure(metrics, message, recorded && idIn(recorded.traceparent));
    },
  };
}

/** Names the route of an unreadable message, or the first routes. */
function namesIn({ outcomes }: Handled): { route: string | undefined } | { routes: (string | undefined)[] } {
  const names = outcomes.slice(0, MOST_NAMED).map(({ route }) => route?.name);
  return names.length === 1 ? { route: names[0] } : { routes: names };
}

/** Starts a span for a dropped message that sampling left out: drops show where something is wrong. */
function keptDrop({ channel, receivedAt, outcomes, ...origin }: Handled, { tracer, keepDrops }: Tracing) {
  if (!keepDrops || !outcomes.some(({ kind }) => kind === 'dropped')) return undefined;
  return startMessageSpan(tracer, channel, receivedAt, parentIn(origin));
}

function parentIn({ traceparent, tracestate }: Origin): SpanParent | undefined {
  const parent = parseTraceparent(traceparent);
  return parent && { ...parent, ...(tracestate !== undefined && { tracestate }) };
}

/** Returns the trace id even where the trace is not recorded: the publisher's logs may have it. */
function traceOf({ trace, traceparent }: Handled): { trace_id?: string } {
  const id = trace ? idIn(trace.traceparent) : parseTraceparent(traceparent)?.traceId;
  return id === undefined ? {} : { trace_id: id };
}

function idIn(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** @param now as Date.now(). */
function count(metrics: Metrics, outcome: Outcome, now: number): void {
  if (outcome.route === undefined) return metrics.noRoute.inc();
  const route = outcome.route.name;
  const row = metrics.routes.of(route);
  row.lastMessage = now;
  if (outcome.next) metrics.schemaNext.inc({ route, verdict: outcome.next.verdict });
  if (outcome.kind === 'shadow') return countShadow(metrics, route, outcome.would);
  row.received += 1;
  row.skippedIds += outcome.skipped;
  if (outcome.kind === 'not-here') return void (row.notHere += 1);
  if (outcome.kind === 'dropped') return metrics.dropped.inc({ route, reason: outcome.reason });
  row.delivered += 1;
  row.recipients += outcome.recipients;
  if (outcome.kind === 'disconnected') return;
  metrics.sent.inc(outcome.recipients);
  metrics.events.of(outcome.route.event).broadcasts += 1;
}

function measure(metrics: Metrics, { receivedAt, publishedAt, outcomes }: Handled, traceId: string | undefined): void {
  metrics.dispatchDuration.observe((performance.now() - receivedAt) / 1000, traceId);
  if (publishedAt === undefined) return;
  // The publisher's clock may be ahead of ours.
  const seconds = Math.max(0, Date.now() - publishedAt) / 1000;
  for (const { kind, route } of outcomes) {
    if (kind !== 'delivered') continue;
    metrics.lag.observe(seconds, traceId);
    const row = metrics.routes.of(route.name);
    row.lagSeconds += seconds;
    row.timed += 1;
  }
}

function countShadow({ shadowMessages, shadowRecipients }: Metrics, route: string, would: LiveOutcome): void {
  shadowMessages.inc({ route, outcome: would.kind === 'dropped' ? would.reason : would.kind });
  if (would.kind === 'delivered') shadowRecipients.inc({ route }, would.recipients);
}
