/** Sends events to this instance's own sockets. */
export interface Fanout {
  /** Counts the sockets in these rooms; a socket counts once per room. @param except rooms whose sockets do not count. */
  count(rooms: readonly string[], except?: readonly string[]): number;
  /**
   * Sends an event once to each socket in any of the rooms. Throws without rooms, so that nothing becomes a broadcast by
   * accident.
   *
   * @param payload JSON text, sent unchanged.
   * @param latestKey a slow client receives only the newest of the messages with equal keys.
   * @param stamp given for a durable route: which clients receive the event, and in which form.
   * @param traceparent for clients that continue the trace; given for a message that is recorded.
   * @param except rooms whose sockets do not receive it.
   */
  emit(
    rooms: readonly string[],
    event: string,
    payload: string,
    latestKey?: string,
    stamp?: Stamp,
    traceparent?: string,
    except?: readonly string[],
  ): void;
}

/** Marks an event of a durable route. A client that is being replayed the route does not receive it: the replay includes it. */
export interface Stamp {
  readonly route: string;
  /** Makes the second argument (JSON) for clients that asked for positions. Undefined: they receive another copy. */
  readonly meta: (() => string) | undefined;
  /** Whether the other clients receive it. */
  readonly plain: boolean;
}

/** A fan-out that counts recipients and sends nothing. */
export function countOnly({ count }: Fanout): Fanout {
  return { count, emit() {} };
}
