import type { Origin } from '../routes/envelope.ts';
import type { Route } from '../routes/plan.ts';
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

/** A message with all its outcomes: one per route that took it, or a single one without a route. */
export interface Handled extends Received, Origin {
  /** The message could not be read, whatever its routes are: each route of the channel has the same drop. */
  readonly unread: boolean;
  /** Routes with `when` that were asked; those without an outcome passed the message over. Shared by all messages of a channel. */
  readonly filtered: readonly Route[];
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

/** Starts the trace of a message that has just been read, if it is to be recorded. */
export function beginTrace(
  { begun }: DispatchEvents,
  { channel, receivedAt }: Received,
  origin: Origin,
): MessageTrace | undefined {
  const trace = begun?.(channel, receivedAt, origin);
  trace?.passed('read');
  return trace;
}

/** Reports what became of a message. Every message is reported exactly once, whatever its source is. */
export function report(
  events: DispatchEvents,
  { channel, raw, bytes, receivedAt }: Received,
  { traceparent, tracestate, publishedAt }: Origin,
  unread: boolean,
  filtered: readonly Route[],
  outcomes: readonly Outcome[],
  trace: MessageTrace | undefined,
): void {
  events.handled({
    channel,
    raw,
    bytes,
    receivedAt,
    traceparent,
    tracestate,
    publishedAt,
    unread,
    filtered,
    outcomes,
    trace,
  });
}

/** Returns the routes that passed a message over: their `when` does not hold. */
export function passedOver({ filtered, outcomes }: Pick<Handled, 'filtered' | 'outcomes'>): readonly Route[] {
  if (filtered.length === 0) return filtered;
  const took = new Set(outcomes.map(({ route }) => route));
  return filtered.filter((route) => !took.has(route));
}

/** Returns whether no route took the message, although some read its channel. */
export function isPassedOver({ filtered, outcomes }: Pick<Handled, 'filtered' | 'outcomes'>): boolean {
  return outcomes.length === 0 && filtered.length > 0;
}
