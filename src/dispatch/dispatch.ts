import type { Plan, Route } from '../routes/plan.ts';
import type { DropReason } from './drop-reasons.ts';
import { readMessage, type Message } from './message.ts';

/** Reaches this instance's own sockets. */
export interface Fanout {
  /** Sockets in any of these rooms; a socket counts once per room. */
  count(rooms: readonly string[]): number;
  /** @param payload JSON text, sent as it is. Never called without rooms: that would reach everyone (Socket.IO). */
  emit(rooms: readonly string[], event: string, payload: string): void;
}

/** What became of a message on one route. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly route: Route; readonly recipients: number; readonly skipped: number }
  | { readonly kind: 'not-here'; readonly route: Route; readonly skipped: number }
  | {
      readonly kind: 'dropped';
      readonly route?: Route;
      readonly reason: DropReason;
      readonly detail?: string;
      readonly skipped: number;
    };

/** A message with all that became of it: one outcome per route, or one without a route. */
export interface Handled {
  readonly channel: string;
  readonly bytes: number;
  /** performance.now() when it arrived. */
  readonly receivedAt: number;
  readonly traceparent?: string;
  readonly outcomes: readonly Outcome[];
}

export interface DispatchEvents {
  handled(message: Handled): void;
}

export interface DispatchOptions {
  /** The plan in force; read once per message. */
  readonly plan: () => Plan;
  readonly fanout: Fanout;
  readonly events: DispatchEvents;
  readonly maxBytes: number;
}

export type Dispatch = (channel: string, raw: Buffer) => void;

/** The message's way: find its routes, parse once, then for each route check, target, emit; tell what became of it. */
export function createDispatch({ plan, fanout, events, maxBytes }: DispatchOptions): Dispatch {
  return (channel, raw) => {
    const receivedAt = performance.now();
    const { routesFor, traceparentField } = plan();
    const routes = routesFor(channel);
    const message = readMessage(raw, maxBytes, traceparentField);
    const outcomes =
      routes.length === 0
        ? [dropped(undefined, 'no-route')]
        : routes.map((route) =>
            'reason' in message ? dropped(route, message.reason, message.detail) : deliver(route, message, fanout),
          );
    const traceparent = 'reason' in message ? undefined : message.traceparent;
    events.handled({
      channel,
      bytes: raw.length,
      receivedAt,
      outcomes,
      ...(traceparent !== undefined && { traceparent }),
    });
  };
}

function deliver(route: Route, message: Message, fanout: Fanout): Outcome {
  const broken = route.check(message.value);
  if (broken !== undefined) return dropped(route, 'invalid', broken);
  const { rooms, skipped } = route.target(message.value);
  if (rooms.length === 0) return dropped(route, 'no-target', undefined, skipped);
  try {
    const recipients = fanout.count(rooms);
    if (recipients === 0) return { kind: 'not-here', route, skipped };
    fanout.emit(rooms, route.event, route.shape(message.text));
    return { kind: 'delivered', route, recipients, skipped };
  } catch (error) {
    return dropped(route, 'emit-failed', error instanceof Error ? error.message : String(error), skipped);
  }
}

function dropped(route: Route | undefined, reason: DropReason, detail?: string, skipped = 0): Outcome {
  return { kind: 'dropped', reason, skipped, ...(route && { route }), ...(detail !== undefined && { detail }) };
}
