import { createDispatch, type Handled, type Outcome } from '../dispatch/dispatch.ts';
import type { DropReason } from '../dispatch/drop-reasons.ts';
import type { Plan } from '../routes/plan.ts';

/** What one route makes of a message: an event for these rooms, or nothing. */
export type Result = Sent | Dropped;

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

/** Sends a message the gateway's own way, to a fanout that reaches nobody and tells what it was given. */
export function dryRun(plan: Plan, channel: string, raw: Buffer, maxBytes: number): Result[] {
  const emitted: Emitted[] = [];
  const messages: Handled[] = [];
  const dispatch = createDispatch({
    plan: () => plan,
    fanout: {
      // Somebody is always there: whether they are connected is not the routes file's matter.
      count: () => 1,
      emit: (rooms, event, payload) => void emitted.push({ rooms, event, payload }),
    },
    events: { handled: (message) => void messages.push(message) },
    maxBytes,
  });
  dispatch(channel, raw);
  // Routes are served one after the other: the next event emitted is that of the next one delivered.
  return messages.flatMap(({ outcomes }) => outcomes.map((outcome) => resultOf(outcome, emitted)));
}

function resultOf(outcome: Outcome, emitted: Emitted[]): Result {
  if (outcome.kind === 'dropped') {
    const { route, ...rest } = outcome;
    return route === undefined ? rest : { ...rest, route: route.name };
  }
  const next = emitted.shift();
  if (next === undefined) throw new Error(`route "${outcome.route.name}" delivered and emitted nothing`);
  return { kind: 'sent', route: outcome.route.name, ...next, skipped: outcome.skipped };
}
