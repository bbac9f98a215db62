// The port of durable routes to Redis. Ids have a fixed width on this side.

/** An entry as it is in the stream. */
export interface StreamEntry {
  readonly id: string;
  /** Absent if the entry has no such field. */
  readonly payload?: Buffer;
  /** Size of the payload if it is larger than any route allows; `payload` is then its beginning. */
  readonly bytes?: number;
  /** Event id that the publisher gave. */
  readonly eventId?: string;
}

export type EventId = Pick<StreamEntry, 'id' | 'eventId'>;

export interface StreamState {
  /** The greatest id that was ever added; START if there is no stream. */
  readonly lastId: string;
  /** How many entries were ever added. */
  readonly added: number;
  /** How many entries the stream holds now. */
  readonly length: number;
}

export interface StreamRead {
  /** Belongs to the caller, which may empty it. */
  readonly entries: StreamEntry[];
  /** State when the read began, if trimming may have passed `id` before. */
  readonly state?: StreamState;
  /** Id of the next entry, if Redis answers but never sends that entry. */
  readonly unreadable?: string;
}

/** Redis answered and refused. A retry would not help. */
export class Refused extends Error {}

/**
 * One stream, read over a connection for commands. All methods reject, rather than wait, while Redis is away. Replies are
 * limited in bytes: "at most" may return fewer entries, and none only if there are none.
 */
export interface StreamStore {
  /** At most `count` entries that end with `upTo`, oldest first. */
  back(upTo: string, count: number): Promise<{ readonly entries: readonly StreamEntry[]; readonly state: StreamState }>;
  /** At most `count` entries after `id`, and the first id of the stream at that moment. */
  page(id: string, count: number): Promise<{ readonly first?: string; readonly entries: readonly StreamEntry[] }>;
  state(): Promise<StreamState>;
  /** The first `count` ids after `after`, up to `upTo`; without `upTo` up to the end. */
  ids(after: string, upTo: string | undefined, count: number): Promise<readonly string[]>;
  /** Event ids of the last `count` entries up to `upTo`, oldest first. */
  eventIds(upTo: string, count: number): Promise<readonly EventId[]>;
  /** The epoch of the stream's history; creates one if there is none. */
  epoch(): Promise<string>;
  /** Replaces the epoch `old` by a new one, unless another instance was faster. @returns the valid one. */
  rotateEpoch(old: string): Promise<string>;
  /** Removes entries beyond the limit, never more: all but the last `entries`, or those before a time in milliseconds since 1970. */
  trim(limit: { readonly entries: number } | { readonly before: number }): Promise<void>;
  /** Waits about a second for entries after `id`, on a connection of its own. */
  read(id: string): Promise<StreamRead>;
  close(): void;
}
