import { takeOff, type Origin } from '../routes/envelope.ts';
import type { EventRoute, Route } from '../routes/plan.ts';
import type { NamedUsers, Recipients } from '../routes/target.ts';
import type { Check } from '../schema/payload-schemas.ts';
import type { Fanout, Stamp } from './fanout.ts';
import type { MessageTrace } from './message-trace.ts';
import type { Message, MessageLimits, Unreadable } from './message.ts';
import {
  dropped,
  textOf,
  type DispatchEvents,
  type Dropped,
  type LiveOutcome,
  type Outcome,
  type Traced,
  type Trial,
} from './outcome.ts';

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

export function originOf({ traceparent, tracestate, publishedAt }: Origin): Origin {
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    ...(publishedAt !== undefined && { publishedAt }),
  };
}

/** The message as a route's schema and clients see it: without fields of a propagator that the schema does not declare. */
export function bodyFor<M extends Message>({ declares }: Pick<Route, 'declares'>, message: M): M {
  if (message.carried === undefined) return message;
  return {
    ...message,
    ...takeOff(
      message,
      message.carried.filter((field) => !declares.includes(field)),
    ),
  };
}

export function dropUnread(route: Route, { reason, detail }: Unreadable): Outcome {
  const outcome = dropped(route, reason, detail);
  return route.shadow ? { kind: 'shadow', route, would: outcome } : outcome;
}

/** With what `schema_next` says beside it, if there is one. */
export function withTrial(route: Route, message: Message & Traced, outcome: Outcome): Outcome {
  return route.checkNext ? { ...outcome, next: tryNext(route.checkNext, message, outcome) } : outcome;
}

function tryNext(check: Check, { value }: Message, outcome: Outcome): Trial {
  const now = outcome.kind === 'shadow' ? outcome.would : outcome;
  const drops = now.kind === 'dropped' && now.reason === 'invalid';
  const broken = check(value);
  if (broken !== undefined) return drops ? { verdict: 'same' } : { verdict: 'would-drop', detail: broken };
  return { verdict: drops ? 'would-pass' : 'same' };
}

/** Whom a message is for, or why it is for nobody: the same whatever its source is. */
export function evaluate(
  route: EventRoute,
  message: Message & Traced,
  { maxTargetIds }: MessageLimits,
): Recipients | Dropped {
  const unfit = fault(route, message);
  if (unfit) return unfit;
  const recipients = route.target(message.value, maxTargetIds, oddText(message));
  if (recipients.tooMany) return tooManyIds(route, maxTargetIds);
  message.trace?.passed('targeted', route);
  return recipients.rooms.length > 0 ? recipients : forNobody(route, recipients);
}

/** The text of a message whose numbers may be rounded. */
export function oddText({ oddNumbers, text }: Message): string | undefined {
  return oddNumbers ? text : undefined;
}

const ROUNDED = 'an id is a number beyond 2^53 - 1, which JSON readers round; publish it as text';

/** A message that names no user: its publisher means nobody, or names users wrongly. */
export function forNobody(route: Route, { skipped, rounded }: Pick<NamedUsers, 'skipped' | 'rounded'>): Dropped {
  return skipped === 0 ? dropped(route, 'nobody') : dropped(route, 'no-target', rounded && ROUNDED, skipped);
}

export function fault(route: Route, { bytes, value, trace }: Message & Traced): Dropped | undefined {
  if (bytes > route.maxBytes)
    return dropped(route, 'too-large', `${bytes} bytes, the route takes ${route.maxBytes} at most`);
  const broken = route.check(value);
  if (broken !== undefined) return dropped(route, 'invalid', broken);
  trace?.passed('checked', route);
  return undefined;
}

export function tooManyIds(route: Route, maxTargetIds: number): Dropped {
  return dropped(route, 'too-many-ids', `more than ${maxTargetIds} user ids`);
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
