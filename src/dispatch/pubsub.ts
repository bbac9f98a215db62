import type { EventRoute, Plan, Route } from '../routes/plan.ts';
import { disconnectUsers, type Control } from './control.ts';
import type { Dedupe } from './dedupe.ts';
import { countOnly, type Fanout } from './fanout.ts';
import { readMessage, type Message, type MessageLimits } from './message.ts';
import { dropped, type DispatchEvents, type LiveOutcome, type Outcome, type Traced } from './outcome.ts';
import { beginTrace, bodyFor, evaluate, originOf, send, withTrial, dropUnread } from './steps.ts';

export interface DispatchOptions {
  /** The plan in force; read once per message. */
  readonly plan: () => Plan;
  readonly fanout: Fanout;
  readonly control: Control;
  readonly events: DispatchEvents;
  readonly limits: MessageLimits;
  /** Of routes that move from Pub/Sub to a stream. */
  readonly copies?: Dedupe;
}

export type Dispatch = (channel: string, raw: Buffer) => void;

/** The message's way: find its routes, parse once, then for each route check, target, emit; tell what became of it. */
export function createDispatch({ plan, fanout, control, events, limits, copies }: DispatchOptions): Dispatch {
  const unheard = countOnly(fanout);
  const serve = (route: Route, read: Message): Outcome => {
    const message = bodyFor(route, read);
    if (route.kind === 'control') return withTrial(route, message, disconnectUsers(route, message, control, limits));
    const outcome: Outcome = route.shadow
      ? { kind: 'shadow', route, would: deliver(route, message, unheard, limits) }
      : deliver(route, message, fanout, limits, route.stream && copies);
    return withTrial(route, message, outcome);
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
        : routes.map((route) => ('reason' in message ? dropUnread(route, message) : serve(route, message)));
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

function deliver(
  route: EventRoute,
  message: Message & Traced,
  fanout: Fanout,
  limits: MessageLimits,
  copies?: Dedupe,
): LiveOutcome {
  const judged = evaluate(route, message, limits);
  if ('kind' in judged) return judged;
  if (copies === undefined) return send(route, message, judged, fanout);
  if (copies.isKnownMessage(route, message.value)) return dropped(route, 'duplicate', undefined, judged.skipped);
  return send(route, message, judged, fanout, { route: route.name, plain: true });
}
