import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { createDispatch } from '../../dispatch/pubsub.ts';
import type { Outcome, Trial } from '../../dispatch/outcome.ts';
import { passedOver, type Handled } from '../../dispatch/report.ts';
import type { DropReason } from '../../dispatch/drop-reasons.ts';
import type { MessageLimits } from '../../dispatch/message.ts';
import { compileChannel } from '../../routes/channel-routes.ts';
import type { Plan, Route } from '../../routes/plan.ts';
import { userOfRoom } from '../../routes/rooms.ts';
import type { UserId } from '../../routes/user-id.ts';
import { whyPassedOver } from './why-passed-over.ts';

/** What one route makes of a message: an event for these rooms, the end of some users' connections, or nothing. */
export type Result = (Sent | Disconnected | Dropped | PassedOver) & {
  /** By a shadow route, which only says what it would do. */
  readonly shadow?: true;
  /** What `schema_next` says of it. */
  readonly next?: Trial;
};

export interface Sent {
  readonly kind: 'sent';
  readonly route: string;
  readonly rooms: readonly string[];
  /** Users of an audience who are no recipients. */
  readonly except?: readonly UserId[];
  readonly event: string;
  /** JSON text, as clients get it. */
  readonly payload: string;
  /** Values in target fields that are no user ids. */
  readonly skipped: number;
}

export interface Disconnected {
  readonly kind: 'disconnected';
  readonly route: string;
  readonly users: readonly UserId[];
  /** Values in target fields that are no user ids. */
  readonly skipped: number;
}

/** The message is for other routes: `when` does not hold. */
export interface PassedOver {
  readonly kind: 'passed-over';
  readonly route: string;
  /** With values of the message. */
  readonly because: string;
  readonly skipped: 0;
}

export interface Dropped {
  readonly kind: 'dropped';
  /** Absent where no route names the channel. */
  readonly route?: string;
  readonly reason: DropReason;
  readonly detail?: string;
  readonly skipped: number;
}

interface Emitted {
  readonly rooms: readonly string[];
  readonly except?: readonly UserId[];
  readonly event: string;
  readonly payload: string;
}

/** What the routes did, in the order in which they did it. */
interface Effects {
  readonly emitted: Emitted[];
  readonly disconnected: (readonly UserId[])[];
}

/** Routes as they are written, and compiled. */
export interface Configured {
  readonly config: RoutesConfig;
  readonly plan: Plan;
}

/** Dispatches a message like the gateway, to a fan-out that records events and sends none. */
export function dryRun({ config, plan }: Configured, channel: string, raw: Buffer, limits: MessageLimits): Result[] {
  const effects: Effects = { emitted: [], disconnected: [] };
  const messages: Handled[] = [];
  const dispatch = createDispatch({
    // Shadow routes too are to show all that they would do.
    plan: () => ({ ...plan, routesFor: (of) => compileChannel(plan.routesFrom(of).map(unshadowed)) }),
    fanout: {
      // Every room has a member here: whether users are connected does not depend on the routes file.
      count: () => 1,
      emit: (rooms, event, payload, _key, _stamp, _traceparent, except = []) =>
        void effects.emitted.push({ rooms, ...exceptOf(except), event, payload }),
    },
    control: { disconnectUsers: (users) => effects.disconnected.push([...users]) },
    events: { handled: (message) => void messages.push(message) },
    limits,
  });
  dispatch(channel, raw);
  // Routes are served one after the other: the next deed is that of the next one that did something.
  const shadows = new Set(plan.routes.filter(({ shadow }) => shadow).map(({ name }) => name));
  const asShadow = (route: Route | undefined) => (shadows.has(route?.name ?? '') ? { shadow: true as const } : {});
  return messages.flatMap((message) => [
    ...message.outcomes.map((outcome) => {
      const { next, route } = outcome;
      return { ...resultOf(outcome, effects), ...asShadow(route), ...(next && { next }) };
    }),
    ...passedOver(message).map((route) => ({
      kind: 'passed-over' as const,
      route: route.name,
      because: becauseOf(config, route, raw),
      skipped: 0 as const,
      ...asShadow(route),
    })),
  ]);
}

function becauseOf({ routes }: RoutesConfig, { name }: Route, raw: Buffer): string {
  const configured = routes.find((route) => route.name === name);
  return configured === undefined ? '' : whyPassedOver(configured, JSON.parse(raw.toString('utf8')));
}

function exceptOf(rooms: readonly string[]): Pick<Sent, 'except'> {
  return rooms.length === 0 ? {} : { except: rooms.flatMap((room) => userOfRoom(room) ?? []) };
}

function unshadowed(route: Route): Route {
  return { ...route, shadow: false };
}

function resultOf(outcome: Outcome, effects: Effects): Sent | Disconnected | Dropped {
  if (outcome.kind === 'shadow') throw new Error(`route "${outcome.route.name}" did not show what it would do`);
  if (outcome.kind === 'dropped') {
    const { route, kind, reason, detail, skipped } = outcome;
    return { kind, reason, skipped, ...(route && { route: route.name }), ...(detail !== undefined && { detail }) };
  }
  const { route, skipped } = outcome;
  if (route.kind === 'control')
    return { kind: 'disconnected', route: route.name, users: firstOf(effects.disconnected, route), skipped };
  return { kind: 'sent', route: route.name, ...firstOf(effects.emitted, route), skipped };
}

function firstOf<Effect>(effects: Effect[], { name }: { readonly name: string }): Effect {
  const effect = effects.shift();
  if (effect === undefined) throw new Error(`route "${name}" was served and did nothing`);
  return effect;
}
