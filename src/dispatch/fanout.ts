/** Reaches this instance's own sockets. */
export interface Fanout {
  /** Sockets in any of these rooms; a socket counts once per room. */
  count(rooms: readonly string[]): number;
  /**
   * A socket in several of the rooms gets it once. Throws without rooms: nothing becomes a broadcast by accident.
   *
   * @param payload JSON text, sent as it is.
   * @param latestKey of messages with equal keys, a client that reads slowly needs the newest only.
   * @param stamp of a durable route: who gets it, and in which form.
   * @param traceparent for clients that go on with the trace; only of a message that is recorded.
   */
  emit(
    rooms: readonly string[],
    event: string,
    payload: string,
    latestKey?: string,
    stamp?: Stamp,
    traceparent?: string,
  ): void;
}

/** A client that is still being given what it missed on the route gets nothing: its turn comes with the replay. */
export interface Stamp {
  readonly route: string;
  /** Makes the second argument, JSON, for clients that asked for positions. Absent: nothing for them, they get another copy. */
  readonly meta?: () => string;
  /** Whether the other clients get it. */
  readonly plain: boolean;
}

/** Counts, and reaches nobody. */
export function countOnly({ count }: Fanout): Fanout {
  return { count, emit() {} };
}
