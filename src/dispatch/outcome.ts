import type { ControlRoute, EventRoute, Route } from '../routes/plan.ts';
import type { DropReason } from './drop-reasons.ts';
import type { Unopened } from '../routes/envelope.ts';
import type { Unreadable } from './message.ts';

/** What `schema_next` says of a message, compared with the schema in force. */
export interface Trial {
  readonly verdict: 'same' | 'would-drop' | 'would-pass';
  /** Why it would drop the message. */
  readonly detail: string | undefined;
}

/** What became of a message on one route; for a shadow route, what would have. */
export type Outcome = (LiveOutcome | Shadow) & { readonly next?: Trial };

export interface Shadow {
  readonly kind: 'shadow';
  readonly route: Route;
  readonly would: LiveOutcome;
}

export type LiveOutcome =
  | { readonly kind: 'delivered'; readonly route: EventRoute; readonly recipients: number; readonly skipped: number }
  /** A control route closed connections; counts as delivered. */
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
  /** Undefined where no route reads the channel. */
  readonly route: Route | undefined;
  readonly reason: DropReason;
  readonly detail: string | undefined;
  /** Values in target fields that are no user ids. */
  readonly skipped: number;
}

export function dropped(route: Route | undefined, reason: DropReason, detail?: string, skipped = 0): Dropped {
  return { kind: 'dropped', route, reason, detail, skipped };
}

/** Drops a message that could not be read. */
export function dropUnread(route: Route, { reason, detail }: Unreadable): Outcome {
  return asReported(route, dropped(route, reason, detail));
}

/** Drops a message that is not in the envelope of a route. */
export function dropUnopened(route: Route, { reason, problem }: Unopened): Outcome {
  return asReported(route, dropped(route, reason, problem));
}

/** The outcome as it is reported: a shadow route reports what it would have done. */
export function asReported(route: Route, outcome: LiveOutcome): Outcome {
  return route.shadow ? { kind: 'shadow', route, would: outcome } : outcome;
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
