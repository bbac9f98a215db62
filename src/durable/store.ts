// What durable routes ask of Redis. Ids are of fixed width on this side.

/** An entry as it is in the stream. */
export interface StreamEntry {
  readonly id: string;
  /** Absent where the entry has no such field. */
  readonly payload?: Buffer;
  /** Size of the payload, where it is larger than any route takes: `payload` is its beginning then. */
  readonly bytes?: number;
  /** The publisher's own. */
  readonly eventId?: string;
}

export type EventId = Pick<StreamEntry, 'id' | 'eventId'>;

export interface StreamState {
  /** The greatest id that was ever added; START where there is no stream. */
  readonly lastId: string;
  /** How many were ever added, and how many of them are there. */
  readonly added: number;
  readonly length: number;
}

export interface StreamRead {
  /** The reader's own. */
  readonly entries: StreamEntry[];
  /** As it was when the read began, where trimming may have gone past `id` before that. */
  readonly state?: StreamState;
  /** Id of the next entry, where Redis answers and that entry alone does not arrive, however often it is asked for. */
  readonly unreadable?: string;
}

/** Redis answered, with a no. It is there: nothing is gained by asking again. */
export class Refused extends Error {}

/**
 * One stream, by way of a connection for commands. Everything here rejects rather than waits while Redis is away. Answers
 * are bounded by bytes: where an answer says "at most", it may hold fewer entries, and none only where there are none.
 */
export interface StreamStore {
  /** At most `count` entries that end with `upTo`, oldest first. */
  back(upTo: string, count: number): Promise<{ readonly entries: readonly StreamEntry[]; readonly state: StreamState }>;
  /** At most `count` entries behind `id`, and the first of the stream at that moment. */
  page(id: string, count: number): Promise<{ readonly first?: string; readonly entries: readonly StreamEntry[] }>;
  state(): Promise<StreamState>;
  /** The first `count` ids behind `after`, up to `upTo` (all, where it is absent). */
  ids(after: string, upTo: string | undefined, count: number): Promise<readonly string[]>;
  /** Event ids of the last `count` entries up to `upTo`, oldest first. */
  eventIds(upTo: string, count: number): Promise<readonly EventId[]>;
  /** The epoch of the stream's history; a first one is made where there is none. */
  epoch(): Promise<string>;
  /** Makes a new epoch in place of `old`, unless another instance was faster; gives the one that counts. */
  rotateEpoch(old: string): Promise<string>;
  /** Drops what is beyond, never more: older than a time in milliseconds since 1970, or all but the last so many. */
  trim(limit: { readonly entries: number } | { readonly before: number }): Promise<void>;
  /** Waits, at most a second or so, for entries behind `id`. On a connection of its own. */
  read(id: string): Promise<StreamRead>;
  close(): void;
}
