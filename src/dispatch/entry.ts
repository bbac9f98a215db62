import type { EventRoute, Route, RouteStream } from '../routes/plan.ts';
import { readMessage, tooLarge, unreadable, type MessageLimits, type Published, type Unreadable } from './message.ts';

/** A route that reads a stream. */
export type DurableRoute = EventRoute & { readonly stream: RouteStream };

export function isDurable(route: Route): route is DurableRoute {
  return route.stream !== undefined;
}

/** The parts of a stream entry that matter here. */
export interface EntryContent {
  readonly payload?: Buffer;
  /** Size of the whole payload, where `payload` is only its beginning. */
  readonly bytes?: number;
  readonly eventId?: string;
}

/** An entry that is of another route: `when` does not hold. */
export interface PassedOver {
  readonly kind: 'passed-over';
  readonly published: Published;
}

/** Reads an entry for a route. An entry that the route passes over is no duplicate, whatever its id. */
export function readEntry(
  { stream, when }: DurableRoute,
  { payload, bytes = 0 }: EntryContent,
  duplicate: boolean,
  limits: MessageLimits,
): Published | PassedOver | Unreadable {
  if (payload === undefined) return unreadable('no-payload', `no field "${stream.field}"`);
  if (duplicate && when === undefined) return unreadable('duplicate');
  const message = bytes > limits.maxMessageBytes ? tooLarge(bytes, limits) : readMessage(payload, limits);
  if (message.kind === 'published' && when?.holds(message.value) === false)
    return { kind: 'passed-over', published: message };
  return duplicate ? unreadable('duplicate') : message;
}
