import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { DispatchEvents, Handled, LiveOutcome, Outcome, Trial } from '../dispatch/dispatch.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { parseTraceparent, type TraceParent } from './sampling.ts';
import { createThrottle } from './throttle.ts';
import type { Tracing } from './tracing.ts';

const LOG_INTERVAL_MS = 1000;

/** A handled message: counters per route, a log line for a drop, one span. */
export function createMessageEvents(metrics: Metrics, logger: Logger, { tracer, sampling }: Tracing): DispatchEvents {
  const throttle = createThrottle(LOG_INTERVAL_MS);

  function logDrop(channel: string, { route, reason, detail }: Outcome & { kind: 'dropped' }): void {
    throttle(`${route?.name}:${reason}`, (heldBack) => {
      const more = heldBack > 0 ? { heldBack } : {};
      logger.warn({ channel, route: route?.name, reason, detail, ...more }, 'message dropped');
    });
  }

  function logTrial(channel: string, route: string | undefined, { detail }: Trial): void {
    throttle(`${route}:schema_next`, (heldBack) => {
      const more = heldBack > 0 ? { heldBack } : {};
      logger.warn({ channel, route, detail, ...more }, 'message would be dropped by schema_next');
    });
  }

  return {
    handled(message) {
      metrics.pubsubReceived.inc();
      for (const outcome of message.outcomes) {
        count(metrics, outcome);
        if (outcome.kind === 'dropped') logDrop(message.channel, outcome);
        if (outcome.next?.verdict === 'would-drop') logTrial(message.channel, outcome.route?.name, outcome.next);
      }
      const parent = parseTraceparent(message.traceparent);
      const traceId = sampling(parent) ? recordSpan(tracer, message, parent) : undefined;
      measure(metrics, message, traceId);
    },
  };
}

function count(metrics: Metrics, outcome: Outcome): void {
  if (outcome.route === undefined) return metrics.noRoute.inc();
  const route = outcome.route.name;
  if (outcome.next) metrics.schemaNext.inc({ route, verdict: outcome.next.verdict });
  if (outcome.kind === 'shadow') return countShadow(metrics, route, outcome.would);
  metrics.received.add(route);
  if (outcome.skipped > 0) metrics.skippedIds.add(route, outcome.skipped);
  if (outcome.kind === 'not-here') return metrics.notHere.add(route);
  if (outcome.kind === 'dropped') return metrics.dropped.inc({ route, reason: outcome.reason });
  metrics.delivered.add(route);
  metrics.recipients.add(route, outcome.recipients);
  metrics.sent.inc(outcome.recipients);
  metrics.broadcasts.add(outcome.route.event);
}

function measure(metrics: Metrics, { receivedAt, publishedAt, outcomes }: Handled, traceId: string | undefined): void {
  metrics.dispatchDuration.observe((performance.now() - receivedAt) / 1000, traceId);
  if (publishedAt === undefined) return;
  // The publisher's clock may be ahead of ours.
  const seconds = Math.max(0, Date.now() - publishedAt) / 1000;
  for (const { kind, route } of outcomes) {
    if (kind !== 'delivered') continue;
    metrics.lag.observe(seconds, traceId);
    metrics.lagSeconds.add(route.name, seconds);
    metrics.timed.add(route.name);
  }
}

function countShadow({ shadowMessages, shadowRecipients }: Metrics, route: string, would: LiveOutcome): void {
  shadowMessages.inc({ route, outcome: would.kind === 'dropped' ? would.reason : would.kind });
  if (would.kind === 'delivered') shadowRecipients.inc({ route }, would.recipients);
}

/**
 * One CONSUMER span per message; where several routes share its channel, an event each tells them apart.
 *
 * @returns the id of the trace.
 */
function recordSpan(tracer: Tracer, message: Handled, parent: TraceParent | undefined): string {
  const { channel, bytes, receivedAt, outcomes } = message;
  const options = {
    kind: SpanKind.CONSUMER,
    startTime: receivedAt,
    attributes: {
      'messaging.system.name': 'redis',
      'messaging.destination.name': channel,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.message.body.size': bytes,
      'gateway.recipients': outcomes.reduce((sum, outcome) => sum + recipientsOf(outcome), 0),
    },
  };
  const span = tracer.startSpan(`process ${channel}`, options, contextOf(parent));
  const [only, ...others] = outcomes;
  if (only !== undefined && others.length === 0) span.setAttributes(attributesOf(only));
  else
    for (const outcome of outcomes)
      span.addEvent('gateway.route', { ...attributesOf(outcome), 'gateway.recipients': recipientsOf(outcome) });
  markFailure(span, outcomes);
  span.end();
  return span.spanContext().traceId;
}

function attributesOf(outcome: Outcome): Attributes {
  return {
    ...(outcome.route && { 'gateway.route': outcome.route.name, 'gateway.event': outcome.route.event }),
    'gateway.outcome': outcome.kind,
    ...(outcome.kind === 'dropped' && { 'gateway.drop.reason': outcome.reason }),
    ...(outcome.kind === 'shadow' && { 'gateway.shadow.outcome': outcome.would.kind }),
    ...(outcome.next && { 'gateway.schema_next.verdict': outcome.next.verdict }),
  };
}

function markFailure(span: Span, outcomes: readonly Outcome[]): void {
  const drop = outcomes.find((outcome) => outcome.kind === 'dropped');
  if (drop === undefined) return;
  span.setAttribute('error.type', drop.reason);
  span.setStatus({ code: SpanStatusCode.ERROR, message: `dropped: ${drop.reason}` });
}

function recipientsOf(outcome: Outcome): number {
  return outcome.kind === 'delivered' ? outcome.recipients : 0;
}

function contextOf(parent: TraceParent | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = parent;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
