// What durable routes ask of Redis. Ids are of fixed width on this side.

/** An entry as it is in the stream. */
export interface StreamEntry {
  readonly id: string;
  /** Absent where the entry has no such field. */
  readonly payload?: Buffer;
  /** The publisher's own. */
  readonly eventId?: string;
}

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
}

/** One stream, by way of a connection for commands. Everything here rejects rather than waits while Redis is away. */
export interface StreamStore {
  /** The last `count` entries up to `upTo` (all, where it is absent), oldest first, and the stream's state at that moment. */
  last(
    count: number,
    upTo?: string,
  ): Promise<{ readonly entries: readonly StreamEntry[]; readonly state: StreamState }>;
  /** The next `count` entries behind `id`, and the first of the stream at that moment. */
  page(id: string, count: number): Promise<{ readonly first?: string; readonly entries: readonly StreamEntry[] }>;
  state(): Promise<StreamState>;
  /** Ids from `from` to `to`, both included. */
  ids(from: string, to: string, count: number): Promise<readonly string[]>;
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
