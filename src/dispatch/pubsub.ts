import type { EventRoute, Plan, Route } from '../routes/plan.ts';
import { disconnectUsers, type Control } from './control.ts';
import type { Dedupe } from './dedupe.ts';
import { deliver } from './deliver.ts';
import { evaluate } from './evaluate.ts';
import { countOnly, type Fanout } from './fanout.ts';
import { bodyFor, readMessage, type Message, type MessageLimits, type Published } from './message.ts';
import { NO_ORIGIN, originOf } from './origin.ts';
import { asReported, dropped, dropUnopened, dropUnread, type LiveOutcome, type Outcome } from './outcome.ts';
import { beginTrace, report, type DispatchEvents, type MessageTrace } from './report.ts';
import { withTrial } from './trial.ts';

export interface DispatchOptions {
  /** The plan in force; read once per message. */
  readonly plan: () => Plan;
  readonly fanout: Fanout;
  readonly control: Control;
  readonly events: DispatchEvents;
  readonly limits: MessageLimits;
  /** For routes that move from Pub/Sub to a stream; absent: each copy is delivered. */
  readonly dedupe?: Dedupe;
}

export type Dispatch = (channel: string, raw: Buffer) => void;

/**
 * Creates the message path of Redis Pub/Sub: finds the routes of the channel, reads the message once, evaluates and
 * delivers it route by route, and reports all outcomes. Synchronous; drops what it cannot deliver, and throws only what
 * the events throw.
 */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { plan, events, limits } = options;
  const shadow = { ...options, fanout: countOnly(options.fanout), dedupe: undefined };

  function serve(route: Route, published: Published, trace: MessageTrace | undefined): Outcome {
    const opened = published.openedBy(route.openEnvelope);
    if (opened.kind === 'unopened') return dropUnopened(route, opened);
    const message = bodyFor(route, opened);
    const outcome =
      route.kind === 'control'
        ? disconnectUsers(route, message, options, trace)
        : asReported(route, serveEvent(route, message, route.shadow ? shadow : options, trace));
    return withTrial(route, message, outcome);
  }

  return (channel, raw) => {
    const received = { channel, raw, bytes: raw.length, receivedAt: performance.now() };
    const { routesFor, openEnvelope } = plan();
    const { routes, filtered, select } = routesFor(channel);
    const message = readMessage(raw, limits);
    if (message.kind === 'unreadable') {
      const trace = beginTrace(events, received, NO_ORIGIN);
      const outcomes = orNoRoute(routes.map((route) => dropUnread(route, message)));
      return report(events, received, NO_ORIGIN, true, NONE, outcomes, trace);
    }
    const taking = select === undefined ? routes : select(message.value);
    const origin = originOf(message, taking.length > 0 ? taking : routes, openEnvelope);
    const trace = beginTrace(events, received, origin);
    const outcomes = taking.map((route) => serve(route, message, trace));
    const all = routes.length === 0 ? orNoRoute(outcomes) : outcomes;
    return report(events, received, origin, false, filtered, all, trace);
  };
}

const NONE: readonly Route[] = Object.freeze([]);

function orNoRoute(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.length === 0 ? [dropped(undefined, 'no-route')] : outcomes;
}

interface EventParts {
  readonly fanout: Fanout;
  readonly limits: MessageLimits;
  readonly dedupe?: Dedupe | undefined;
}

function serveEvent(
  route: EventRoute,
  message: Message,
  { fanout, limits, dedupe }: EventParts,
  trace: MessageTrace | undefined,
): LiveOutcome {
  const evaluated = evaluate(route, message, limits, trace);
  if (evaluated.kind === 'dropped') return evaluated;
  if (route.stream === undefined || dedupe === undefined) return deliver(route, message, evaluated, fanout, trace);
  if (dedupe.isKnownMessage(route, message.value)) return dropped(route, 'duplicate', undefined, evaluated.skipped);
  return deliver(route, message, evaluated, fanout, trace, { route: route.name, meta: undefined, plain: true });
}
