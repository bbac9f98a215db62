import type { Origin } from '../routes/envelope.ts';
import type { Route } from '../routes/plan.ts';
import type { Message, Unreadable } from './message.ts';
import type { Outcome } from './outcome.ts';

/** A message as it arrived from a channel or a stream, before it is read. */
export interface Received {
  /** Name of the channel or stream. */
  readonly channel: string;
  /** The message as published; for a stream entry that is too long, its beginning. */
  readonly raw: Buffer;
  /** Size of the whole message. */
  readonly bytes: number;
  /** performance.now() at arrival. */
  readonly receivedAt: number;
}

/** A message with all its outcomes: one per route, or a single one without a route. */
export interface Handled extends Received, Origin {
  readonly outcomes: readonly Outcome[];
  /** Present for a message that is recorded. */
  readonly trace: MessageTrace | undefined;
}

/** A step of the message path that a trace records; the outcome ends it. */
export type Step = 'read' | 'checked' | 'targeted' | 'sent';

/** Records one message. */
export interface MessageTrace {
  /** Context of the gateway's own span, which clients continue. */
  readonly traceparent: string;
  passed(step: Step, route?: Route): void;
  ended(message: Handled): void;
}

/**
 * Decides whether to record a message. Called once per message, before anything is allocated for its trace; the origin of
 * an unreadable message is empty.
 *
 * @param receivedAt performance.now() at arrival.
 */
export type BeginTrace = (channel: string, receivedAt: number, origin: Origin) => MessageTrace | undefined;

/** Listens to the message path. */
export interface DispatchEvents {
  readonly begun?: BeginTrace;
  handled(message: Handled): void;
}

const NO_ORIGIN: Origin = Object.freeze({ traceparent: undefined, tracestate: undefined, publishedAt: undefined });

/** Starts the trace of a message that has just been read, if it is to be recorded. */
export function beginTrace(
  { begun }: DispatchEvents,
  { channel, receivedAt }: Received,
  message: Message | Unreadable,
): MessageTrace | undefined {
  const trace = begun?.(channel, receivedAt, originOf(message));
  trace?.passed('read');
  return trace;
}

/** Reports what became of a message. Every message is reported exactly once, whatever its source is. */
export function report(
  events: DispatchEvents,
  { channel, raw, bytes, receivedAt }: Received,
  message: Message | Unreadable,
  outcomes: readonly Outcome[],
  trace: MessageTrace | undefined,
): void {
  const { traceparent, tracestate, publishedAt } = originOf(message);
  events.handled({ channel, raw, bytes, receivedAt, traceparent, tracestate, publishedAt, outcomes, trace });
}

function originOf(message: Message | Unreadable): Origin {
  return message.kind === 'message' ? message : NO_ORIGIN;
}
