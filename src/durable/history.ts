import { RecentIds } from '../dispatch/recent-ids.ts';
import type { DurableRoute, EvaluatedEntry, StreamDispatch } from '../dispatch/stream.ts';
import { before, START } from './position.ts';
import { Ring, type RingEntry } from './ring.ts';
import type { EventId, StreamEntry, StreamState, StreamStore } from './store.ts';

/** Where a history begins to be read. */
export interface Beginning {
  readonly epoch: string;
  /** Entries behind it are delivered. */
  readonly position: string;
  /** Of the entries before; see `eventIdsFor`. */
  readonly eventIds: readonly EventId[];
  /** Ids of entries behind the position that clients have got already. */
  readonly sent?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * What one instance knows of a stream. Each change is one synchronous step: what is in the ring has been sent live to all who
 * were live then, and what has not been sent is not in it.
 */
export class History {
  readonly route: DurableRoute;
  readonly ring: Ring;
  readonly #dispatch: StreamDispatch;
  #recent: RecentIds;
  /** Entries of the past whose event had come before. */
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

  /** Of the last entry that was handled. */
  get position(): string {
    return this.#position;
  }

  metaAt(id: string): string {
    return JSON.stringify({ route: this.route.name, e: this.#epoch, id });
  }

  /** Starts over, with an empty ring: `prepend` fills it. */
  begin({ epoch, position, eventIds, sent = NONE }: Beginning): void {
    this.#epoch = epoch;
    this.#sent.clear();
    for (const id of sent) if (id > position) this.#sent.add(id);
    this.#recent = new RecentIds(this.route.stream.dedupe);
    this.#duplicates = new Set(eventIds.filter(({ eventId }) => this.#recent.add(eventId)).map(({ id }) => id));
    this.skipTo(position);
  }

  /**
   * Puts the entries up to the ring's floor before those of the ring; nobody gets them now.
   *
   * @param state of the stream when they were read.
   * @returns whether there may be more for which the ring has room.
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

  /** A new entry. */
  deliver(entry: StreamEntry): void {
    const duplicate = this.#recent.add(entry.eventId);
    const judged = this.#sent.delete(entry.id)
      ? this.evaluate(entry, duplicate)
      : this.#dispatch.deliver(this.route, entry, duplicate, () => this.metaAt(entry.id));
    this.#note(entry.id, judged);
  }

  /** An entry that Redis does not send: it is dropped. */
  passOver(id: string): void {
    const unread = { payload: Buffer.alloc(0), bytes: Infinity };
    this.#note(
      id,
      this.#dispatch.deliver(this.route, unread, false, () => this.metaAt(id)),
    );
  }

  /** Goes on behind `id`: what lies between is gone. */
  skipTo(id: string): void {
    this.ring.reset(id);
    this.#position = id;
  }

  /** Of an entry that is older than the ring; for a replay. */
  evaluate(entry: StreamEntry, duplicate: boolean): RingEntry {
    const { rooms, text } = this.#dispatch.evaluate(this.route, entry, duplicate);
    return { id: entry.id, rooms, text };
  }

  /** Ring, position and sockets change in one step, as far as anyone else can see. */
  #note(id: string, { rooms, text }: EvaluatedEntry): void {
    this.ring.push({ id, rooms, text });
    this.#position = id;
  }
}

/** Event ids of the entries up to `upTo` that the ring holds, and of those before that `dedupe` looks at. */
export async function eventIdsFor(
  { stream }: DurableRoute,
  upTo: string,
  store: Pick<StreamStore, 'eventIds'>,
): Promise<readonly EventId[]> {
  return stream.dedupe === 0 ? [] : store.eventIds(upTo, stream.ring.entries + stream.dedupe);
}
