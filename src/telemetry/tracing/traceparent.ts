import type { Span } from '@opentelemetry/api';

/** A span's W3C trace context, for whoever goes on with it. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
