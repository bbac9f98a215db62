import { RecentIds } from '../dispatch/recent-ids.ts';
import type { DurableRoute } from '../dispatch/entry.ts';
import type { EvaluatedEntry, StreamDispatch } from '../dispatch/stream.ts';
import { before, START } from './position.ts';
import { Ring, type RingEntry } from './ring.ts';
import type { EventId, StreamEntry, StreamState, StreamStore } from './store.ts';

/** Where reading a history begins. */
export interface Beginning {
  readonly epoch: string;
  /** Entries after it are delivered. */
  readonly position: string;
  /** Event ids of the entries before; see `eventIdsFor`. */
  readonly eventIds: readonly EventId[];
  /** Ids of entries after the position that clients have already received. */
  readonly sent?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The part of a stream that this instance has read. Each change is one synchronous step: an entry in the ring was sent to
 * all clients that were live at that moment, and an entry that was not sent is not in the ring.
 */
export class History {
  readonly route: DurableRoute;
  readonly ring: Ring;
  readonly #dispatch: StreamDispatch;
  #recent: RecentIds;
  /** Ids of past entries whose event had occurred earlier in the stream. */
  #duplicates: ReadonlySet<string> = NONE;
  readonly #sent = new Set<string>();
  #epoch = '';
  #position: string = START;

  constructor(route: DurableRoute, dispatch: StreamDispatch) {
    this.route = route;
    this.ring = new Ring(route.stream.ring);
    this.#dispatch = dispatch;
    this.#recent = new RecentIds(route.stream.dedupe);
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Id of the last entry that was handled. */
  get position(): string {
    return this.#position;
  }

  metaAt(id: string): string {
    return JSON.stringify({ route: this.route.name, e: this.#epoch, id });
  }

  /** Starts over with an empty ring, which `prepend` fills. */
  begin({ epoch, position, eventIds, sent = NONE }: Beginning): void {
    this.#epoch = epoch;
    this.#sent.clear();
    for (const id of sent) if (id > position) this.#sent.add(id);
    this.#recent = new RecentIds(this.route.stream.dedupe);
    this.#duplicates = new Set(eventIds.filter(({ eventId }) => this.#recent.add(eventId)).map(({ id }) => id));
    this.skipTo(position);
  }

  /**
   * Puts the entries up to the ring's floor before those of the ring, without sending them.
   *
   * @param state of the stream when they were read.
   * @returns whether there may be older entries for which the ring has room.
   */
  prepend(entries: readonly StreamEntry[], { added, length }: StreamState): boolean {
    const [first] = entries;
    if (first === undefined) {
      // Nothing was ever dropped: every entry is in the ring.
      if (added === length) this.ring.prepend([], START);
      return false;
    }
    const older = entries.map((entry) => this.evaluate(entry, this.#duplicates.has(entry.id)));
    return this.ring.prepend(older, before(first.id));
  }

  /** Delivers a new entry. */
  deliver(entry: StreamEntry): void {
    const duplicate = this.#recent.add(entry.eventId);
    const evaluated = this.#sent.delete(entry.id)
      ? this.evaluate(entry, duplicate)
      : this.#dispatch.deliver(this.route, entry, duplicate, () => this.metaAt(entry.id));
    this.#append(entry.id, evaluated);
  }

  /** Drops an entry that Redis does not send. */
  dropUnreadable(id: string): void {
    const unread = { payload: Buffer.alloc(0), bytes: Infinity };
    this.#append(
      id,
      this.#dispatch.deliver(this.route, unread, false, () => this.metaAt(id)),
    );
  }

  /** Continues after `id`: the entries before it are lost. */
  skipTo(id: string): void {
    this.ring.reset(id);
    this.#position = id;
  }

  /** Evaluates an entry for a replay or for the ring, without sending it. */
  evaluate(entry: StreamEntry, duplicate: boolean): RingEntry {
    return { id: entry.id, ...this.#dispatch.evaluate(this.route, entry, duplicate) };
  }

  /** Changes the ring and the position in the same synchronous step in which the entry was sent. */
  #append(id: string, evaluated: EvaluatedEntry): void {
    this.ring.push({ id, ...evaluated });
    this.#position = id;
  }
}

/** Reads the event ids of the entries up to `upTo` that the ring holds, and of those before that `dedupe` compares. */
export async function eventIdsFor(
  { stream }: DurableRoute,
  upTo: string,
  store: Pick<StreamStore, 'eventIds'>,
): Promise<readonly EventId[]> {
  return stream.dedupe === 0 ? [] : store.eventIds(upTo, stream.ring.entries + stream.dedupe);
}
