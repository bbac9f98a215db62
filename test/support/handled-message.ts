import type { Outcome } from '../../src/dispatch/outcome.ts';
import type { Handled } from '../../src/dispatch/report.ts';

/** A message as it is reported, without a trace context. */
export function handledMessage(channel: string, text: string, outcomes: readonly Outcome[]): Handled {
  const raw = Buffer.from(text);
  return {
    channel,
    raw,
    bytes: raw.length,
    receivedAt: 0,
    traceparent: undefined,
    tracestate: undefined,
    publishedAt: undefined,
    unread: false,
    filtered: [],
    outcomes,
    trace: undefined,
  };
}
