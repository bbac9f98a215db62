import type { Span } from '@opentelemetry/api';

/** Returns the W3C `traceparent` of a span. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

export function traceIdIn(traceparent: string): string {
  return traceparent.slice(3, 35);
}
