import { createDispatch } from '../../dispatch/pubsub.ts';
import type { Outcome, Trial } from '../../dispatch/outcome.ts';
import type { Handled } from '../../dispatch/report.ts';
import type { DropReason } from '../../dispatch/drop-reasons.ts';
import type { MessageLimits } from '../../dispatch/message.ts';
import type { Plan } from '../../routes/plan.ts';
import type { UserId } from '../../routes/user-id.ts';

/** What one route makes of a message: an event for these rooms, the end of some users' connections, or nothing. */
export type Result = (Sent | Disconnected | Dropped) & {
  /** By a shadow route, which only says what it would do. */
  readonly shadow?: true;
  /** What `schema_next` says of it. */
  readonly next?: Trial;
};

export interface Sent {
  readonly kind: 'sent';
  readonly route: string;
  readonly rooms: readonly string[];
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
  readonly event: string;
  readonly payload: string;
}

/** What the routes did, in the order in which they did it. */
interface Effects {
  readonly emitted: Emitted[];
  readonly disconnected: (readonly UserId[])[];
}

/** Dispatches a message like the gateway, to a fan-out that records events and sends none. */
export function dryRun(plan: Plan, channel: string, raw: Buffer, limits: MessageLimits): Result[] {
  const effects: Effects = { emitted: [], disconnected: [] };
  const messages: Handled[] = [];
  const dispatch = createDispatch({
    // Shadow routes too are to show all that they would do.
    plan: () => ({ ...plan, routesFor: (of) => plan.routesFrom(of).map((route) => ({ ...route, shadow: false })) }),
    fanout: {
      // Every room has a member here: whether users are connected does not depend on the routes file.
      count: () => 1,
      emit: (rooms, event, payload) => void effects.emitted.push({ rooms, event, payload }),
    },
    control: { disconnectUsers: (users) => effects.disconnected.push([...users]) },
    events: { handled: (message) => void messages.push(message) },
    limits,
  });
  dispatch(channel, raw);
  // Routes are served one after the other: the next deed is that of the next one that did something.
  const shadows = new Set(plan.routes.filter(({ shadow }) => shadow).map(({ name }) => name));
  return messages.flatMap(({ outcomes }) =>
    outcomes.map((outcome) => {
      const { next } = outcome;
      const shadow = shadows.has(outcome.route?.name ?? '');
      return { ...resultOf(outcome, effects), ...(shadow && { shadow }), ...(next && { next }) };
    }),
  );
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
