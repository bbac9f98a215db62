import type { Origin } from '../routes/envelope.ts';
import type { ControlRoute, EventRoute, Route } from '../routes/plan.ts';
import type { DropReason } from './drop-reasons.ts';
import type { BeginTrace, MessageTrace } from './message-trace.ts';

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

export function dropped(route: Route | undefined, reason: DropReason, detail?: string, skipped = 0): Dropped {
  return { kind: 'dropped', reason, skipped, ...(route && { route }), ...(detail !== undefined && { detail }) };
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
