import {
  createTraceState,
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
import type { Outcome } from '../../dispatch/outcome.ts';
import { isPassedOver, passedOver, type Handled, type MessageTrace } from '../../dispatch/report.ts';
import type { TraceParent } from '../../routes/trace-context.ts';
import { traceparentOf } from './traceparent.ts';

/** Trace context of the publisher. */
export interface SpanParent extends TraceParent {
  readonly tracestate?: string;
}

/**
 * Starts one CONSUMER span per message, with a span event for each step. Child spans would cost three times as much and
 * show no more: dispatch is one synchronous function that takes microseconds.
 */
export function startMessageSpan(
  tracer: Tracer,
  channel: string,
  receivedAt: number,
  parent: SpanParent | undefined,
): MessageTrace {
  const options = {
    kind: SpanKind.CONSUMER,
    startTime: receivedAt,
    attributes: {
      'messaging.system.name': 'redis',
      'messaging.destination.name': channel,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
    },
  };
  const span = tracer.startSpan(`process ${channel}`, options, contextOf(parent));
  return {
    traceparent: traceparentOf(span),
    passed: (step, route) => void span.addEvent(`gateway.${step}`, route && { 'gateway.route': route.name }),
    ended: (message) => endSpan(span, message),
  };
}

function endSpan(span: Span, message: Handled): void {
  const { bytes, outcomes, publishedAt } = message;
  const passing = passedOver(message).length;
  span.setAttributes({
    'messaging.message.body.size': bytes,
    'gateway.recipients': outcomes.reduce((sum, outcome) => sum + recipientsOf(outcome), 0),
    ...(passing > 0 && { 'gateway.passed_over': passing }),
    ...(isPassedOver(message) && { 'gateway.outcome': 'passed-over' }),
    ...(publishedAt !== undefined && { 'gateway.lag_ms': Math.max(0, Date.now() - publishedAt) }),
  });
  const [only, ...others] = outcomes;
  if (only !== undefined && others.length === 0) span.setAttributes(attributesOf(only));
  // Several routes share the channel: each gets a span event of its own.
  else
    for (const outcome of outcomes)
      span.addEvent('gateway.route', { ...attributesOf(outcome), 'gateway.recipients': recipientsOf(outcome) });
  markFailure(span, outcomes);
  span.end();
}

function attributesOf(outcome: Outcome): Attributes {
  return {
    ...(outcome.route && { 'gateway.route': outcome.route.name }),
    ...(outcome.route?.kind === 'event' && { 'gateway.event': outcome.route.event }),
    'gateway.outcome': outcome.kind,
    ...(outcome.kind === 'dropped' && { 'gateway.drop.reason': outcome.reason }),
    ...(outcome.kind === 'shadow' && { 'gateway.shadow.outcome': outcome.would.kind }),
    ...(outcome.next && { 'gateway.schema_next.verdict': outcome.next.verdict }),
  };
}

function markFailure(span: Span, outcomes: readonly Outcome[]): void {
  const drop = outcomes.filter((outcome) => outcome.kind === 'dropped').find(({ reason }) => reason !== 'nobody');
  if (drop === undefined) return;
  span.setAttribute('error.type', drop.reason);
  span.setStatus({ code: SpanStatusCode.ERROR, message: `dropped: ${drop.reason}` });
}

function recipientsOf(outcome: Outcome): number {
  return 'recipients' in outcome ? outcome.recipients : 0;
}

function contextOf(parent: SpanParent | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, sampled, tracestate } = parent;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  });
}
