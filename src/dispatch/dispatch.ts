import type { Origin } from '../routes/envelope.ts';
import type { ControlRoute, EventRoute, Plan, Route } from '../routes/plan.ts';
import type { Recipients } from '../routes/target.ts';
import type { UserId } from '../routes/user-id.ts';
import type { Check } from '../schema/payload-schemas.ts';
import type { DropReason } from './drop-reasons.ts';
import type { Copies } from './copies.ts';
import type { BeginTrace, MessageTrace } from './message-trace.ts';
import { readMessage, type Message, type MessageLimits, type Unreadable } from './message.ts';

/** Reaches this instance's own sockets. */
export interface Fanout {
  /** Sockets in any of these rooms; a socket counts once per room. */
  count(rooms: readonly string[]): number;
  /**
   * A socket in several of the rooms gets it once. Throws without rooms: nothing becomes a broadcast by accident.
   *
   * @param payload JSON text, sent as it is.
   * @param latestKey of messages with equal keys, a client that reads slowly needs the newest only.
   * @param stamp of a durable route: who gets it, and in which form.
   * @param traceparent for clients that go on with the trace; only of a message that is recorded.
   */
  emit(
    rooms: readonly string[],
    event: string,
    payload: string,
    latestKey?: string,
    stamp?: Stamp,
    traceparent?: string,
  ): void;
}

/** What control routes can do on this instance. */
export interface Control {
  /**
   * Closes the connections of these users for good; what is known of their tokens counts no more.
   *
   * @returns how many connections.
   */
  disconnect(users: ReadonlySet<UserId>): number;
}

/** A client that is still being given what it missed on the route gets nothing: its turn comes with the replay. */
export interface Stamp {
  readonly route: string;
  /** Makes the second argument, JSON, for clients that asked for positions. Absent: nothing for them, they get another copy. */
  readonly meta?: () => string;
  /** Whether the other clients get it. */
  readonly plain: boolean;
}

/** What a schema that is only tried says beside the one in force. */
export interface Trial {
  readonly verdict: 'same' | 'would-drop' | 'would-pass';
  /** Why it would drop the message. */
  readonly detail?: string;
}

/** What became of a message on one route; of a shadow route, what would have. */
export type Outcome = (
  LiveOutcome | { readonly kind: 'shadow'; readonly route: Route; readonly would: LiveOutcome }
) & {
  readonly next?: Trial;
};

export type LiveOutcome =
  | { readonly kind: 'delivered'; readonly route: EventRoute; readonly recipients: number; readonly skipped: number }
  /** By a control route; as good as delivered. */
  | {
      readonly kind: 'disconnected';
      readonly route: ControlRoute;
      readonly recipients: number;
      readonly skipped: number;
    }
  | { readonly kind: 'not-here'; readonly route: Route; readonly skipped: number }
  | Dropped;

export interface Dropped {
  readonly kind: 'dropped';
  readonly route?: Route;
  readonly reason: DropReason;
  readonly detail?: string;
  readonly skipped: number;
}

/** A message with all that became of it: one outcome per route, or one without a route. */
export interface Handled extends Origin, Traced {
  readonly channel: string;
  readonly bytes: number;
  /** As published. */
  readonly raw: Buffer;
  /** performance.now() when it arrived. */
  readonly receivedAt: number;
  readonly outcomes: readonly Outcome[];
}

/** Of a message that is recorded. */
export interface Traced {
  readonly trace?: MessageTrace;
}

export interface DispatchEvents {
  readonly begun?: BeginTrace;
  handled(message: Handled): void;
}

export interface DispatchOptions {
  /** The plan in force; read once per message. */
  readonly plan: () => Plan;
  readonly fanout: Fanout;
  readonly control: Control;
  readonly events: DispatchEvents;
  readonly limits: MessageLimits;
  /** Of routes that move from Pub/Sub to a stream. */
  readonly copies?: Copies;
}

export type Dispatch = (channel: string, raw: Buffer) => void;

/** The message's way: find its routes, parse once, then for each route check, target, emit; tell what became of it. */
export function createDispatch({ plan, fanout, control, events, limits, copies }: DispatchOptions): Dispatch {
  // Counts, and reaches nobody.
  const silent: Fanout = { count: fanout.count, emit() {} };
  const serve = (route: Route, message: Message): Outcome => {
    if (route.kind === 'control') return tried(route, message, disconnect(route, message, control, limits));
    const outcome: Outcome = route.shadow
      ? { kind: 'shadow', route, would: deliver(route, message, silent, limits) }
      : deliver(route, message, fanout, limits, route.stream && copies);
    return tried(route, message, outcome);
  };
  return (channel, raw) => {
    const receivedAt = performance.now();
    const { routesFor, openEnvelope } = plan();
    const routes = routesFor(channel);
    const read = readMessage(raw, limits, openEnvelope);
    const origin = 'reason' in read ? {} : originOf(read);
    const trace = beginTrace(events, channel, receivedAt, origin);
    const message = trace ? { ...read, trace } : read;
    const outcomes =
      routes.length === 0
        ? [dropped(undefined, 'no-route')]
        : routes.map((route) => ('reason' in message ? unread(route, message) : serve(route, message)));
    events.handled({
      channel,
      bytes: raw.length,
      raw,
      receivedAt,
      outcomes,
      ...origin,
      ...(trace && { trace }),
    });
  };
}

/** Also where the envelope is unread, which says nothing of a trace then. */
export function beginTrace(
  { begun }: DispatchEvents,
  channel: string,
  receivedAt: number,
  origin: Origin,
): MessageTrace | undefined {
  const trace = begun?.(channel, receivedAt, origin);
  trace?.passed('read');
  return trace;
}

export function originOf({ traceparent, publishedAt }: Origin): Origin {
  return { ...(traceparent !== undefined && { traceparent }), ...(publishedAt !== undefined && { publishedAt }) };
}

export function unread(route: Route, { reason, detail }: Unreadable): Outcome {
  const outcome = dropped(route, reason, detail);
  return route.shadow ? { kind: 'shadow', route, would: outcome } : outcome;
}

/** With what `schema_next` says beside it, if there is one. */
export function tried(route: Route, message: Message & Traced, outcome: Outcome): Outcome {
  return route.checkNext ? { ...outcome, next: tryNext(route.checkNext, message, outcome) } : outcome;
}

function tryNext(check: Check, { value }: Message, outcome: Outcome): Trial {
  const now = outcome.kind === 'shadow' ? outcome.would : outcome;
  const drops = now.kind === 'dropped' && now.reason === 'invalid';
  const broken = check(value);
  if (broken !== undefined) return drops ? { verdict: 'same' } : { verdict: 'would-drop', detail: broken };
  return { verdict: drops ? 'would-pass' : 'same' };
}

function deliver(
  route: EventRoute,
  message: Message & Traced,
  fanout: Fanout,
  limits: MessageLimits,
  copies?: Copies,
): LiveOutcome {
  const judged = judge(route, message, limits);
  if ('kind' in judged) return judged;
  if (copies === undefined) return send(route, message, judged, fanout);
  if (copies.isKnownMessage(route, message.value)) return dropped(route, 'duplicate', undefined, judged.skipped);
  return send(route, message, judged, fanout, { route: route.name, plain: true });
}

/** Whom a message is for, or why it is for nobody: the same whatever its source is. */
export function judge(
  route: EventRoute,
  message: Message & Traced,
  { maxTargetIds }: MessageLimits,
): Recipients | Dropped {
  const unfit = fault(route, message);
  if (unfit) return unfit;
  const recipients = route.target(message.value, maxTargetIds);
  if (recipients.tooMany) return tooManyIds(route, maxTargetIds);
  message.trace?.passed('targeted', route);
  return recipients.rooms.length > 0 ? recipients : dropped(route, 'no-target', undefined, recipients.skipped);
}

function fault(route: Route, { bytes, value, trace }: Message & Traced): Dropped | undefined {
  if (bytes > route.maxBytes)
    return dropped(route, 'too-large', `${bytes} bytes, the route takes ${route.maxBytes} at most`);
  const broken = route.check(value);
  if (broken !== undefined) return dropped(route, 'invalid', broken);
  trace?.passed('checked', route);
  return undefined;
}

function tooManyIds(route: Route, maxTargetIds: number): Dropped {
  return dropped(route, 'too-many-ids', `more than ${maxTargetIds} user ids`);
}

function disconnect(
  route: ControlRoute,
  message: Message & Traced,
  control: Control,
  { maxTargetIds }: MessageLimits,
): LiveOutcome {
  const unfit = fault(route, message);
  if (unfit) return unfit;
  const { users, skipped, tooMany } = route.users(message.value, maxTargetIds);
  if (tooMany) return tooManyIds(route, maxTargetIds);
  message.trace?.passed('targeted', route);
  if (users.size === 0) return dropped(route, 'no-target', undefined, skipped);
  try {
    const recipients = control.disconnect(users);
    message.trace?.passed('sent', route);
    return recipients === 0
      ? { kind: 'not-here', route, skipped }
      : { kind: 'disconnected', route, recipients, skipped };
  } catch (error) {
    return dropped(route, 'emit-failed', textOf(error), skipped);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function send(
  route: EventRoute,
  message: Message & Traced,
  { rooms, skipped }: Recipients,
  fanout: Fanout,
  stamp?: Stamp,
): LiveOutcome {
  try {
    const recipients = fanout.count(rooms);
    if (recipients === 0) return { kind: 'not-here', route, skipped };
    const key = route.latestKey?.(message.value);
    fanout.emit(rooms, route.event, route.shape(message.text), key, stamp, message.trace?.traceparent);
    message.trace?.passed('sent', route);
    return { kind: 'delivered', route, recipients, skipped };
  } catch (error) {
    return dropped(route, 'emit-failed', textOf(error), skipped);
  }
}

export function dropped(route: Route | undefined, reason: DropReason, detail?: string, skipped = 0): Dropped {
  return { kind: 'dropped', reason, skipped, ...(route && { route }), ...(detail !== undefined && { detail }) };
}
