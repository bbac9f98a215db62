import type { LiveOutcome, Outcome } from '../../dispatch/outcome.ts';
import { isPassedOver, type DispatchEvents, type Handled } from '../../dispatch/report.ts';
import type { Logger } from '../logging/logger.ts';
import type { Origin } from '../../routes/envelope.ts';
import { startMessageSpan, type SpanParent } from '../tracing/message-span.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { parseTraceparent } from '../../routes/trace-context.ts';
import { traceIdIn } from '../tracing/traceparent.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { createMessageLog } from './message-log.ts';

/** Counts a handled message per route, logs its drops, and records one span. */
export function createMessageEvents(metrics: Metrics, logger: Logger, tracing: Tracing): Required<DispatchEvents> {
  const log = createMessageLog(logger);

  function countPassedOver(message: Handled): void {
    metrics.passing.add(message);
    if (!isPassedOver(message)) return;
    metrics.messagesPassedOver.inc();
    log.passedOver(message);
  }

  return {
    begun(channel, receivedAt, origin) {
      const parent = parentIn(origin);
      return tracing.sampling(parent) ? startMessageSpan(tracing.tracer, channel, receivedAt, parent) : undefined;
    },
    handled(message) {
      metrics.pubsubReceived.inc();
      if (message.filtered.length > 0) countPassedOver(message);
      const now = Date.now();
      let logged = false;
      for (const outcome of message.outcomes) {
        count(metrics, outcome, now);
        if (outcome.kind === 'dropped' && !(message.unread && logged)) {
          log.dropped(message, outcome);
          logged = true;
        }
        if (outcome.kind === 'disconnected') log.disconnected(message, outcome);
        if (outcome.next?.verdict === 'would-drop') log.tried(message, outcome.route?.name, outcome.next);
      }
      const recorded = message.trace ?? keptDrop(message, tracing);
      recorded?.ended(message);
      measure(metrics, message, recorded && traceIdIn(recorded.traceparent));
    },
  };
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
