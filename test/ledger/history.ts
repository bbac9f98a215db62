// What was published and what was received, by the clock of this machine in milliseconds since 1970. The gateway tells gaps
// by that clock too.

/** Routes of `fixture/config/routes.yaml`, by the event that they become. */
export const ROUTES_BY_EVENT: ReadonlyMap<string, string> = new Map([
  ['numbered-for-everyone', 'everyone'],
  ['numbered-for-some', 'some'],
]);

/** `failed`: certainly not published. `unknown`: no answer came, so it may be out there. */
export type PublishOutcome = 'ok' | 'failed' | 'unknown';

export interface Publication {
  /** Counts up over all routes of a run. */
  readonly number: number;
  readonly route: string;
  /** User ids; nothing: everyone. */
  readonly to: readonly string[] | undefined;
  readonly sentAt: number;
  /** When Redis had answered, or no longer would. */
  readonly settledAt: number;
  readonly outcome: PublishOutcome;
}

export interface Arrival {
  readonly run: string;
  readonly number: number;
  readonly route: string;
  readonly at: number;
}

/** One connection of a client, from its `connected` on. */
export interface Stay {
  readonly since: number;
  /** Nothing while it lasts. */
  until?: number;
  reason?: string;
  readonly arrivals: Arrival[];
}

/** A `gateway:gap` notice. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly routes: readonly string[];
  readonly reason: string;
}

export interface ClientHistory {
  readonly user: string;
  readonly stays: Stay[];
  readonly gaps: Gap[];
  /** Messages of `connect_error`. */
  readonly refusals: string[];
}

export interface History {
  readonly run: string;
  readonly publications: readonly Publication[];
  readonly clients: readonly ClientHistory[];
}
