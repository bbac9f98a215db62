import { RecentIds } from '../dispatch/recent-ids.ts';
import type { DurableRoute, Judged, StreamDispatch } from '../dispatch/stream-dispatch.ts';
import { before, START } from './position.ts';
import { Ring, type RingEntry } from './ring.ts';
import type { StreamEntry, StreamState } from './store.ts';

/** What was read of the stream before the place to go on from. */
export interface Past {
  readonly epoch: string;
  /** Oldest first; `wanted` of them at most. */
  readonly entries: readonly StreamEntry[];
  readonly state: StreamState;
  /** Up to which entries were asked for; all, where it is absent. */
  readonly upTo?: string;
}

/**
 * What one instance knows of a stream. Each change is one synchronous step: what is in the ring has been sent live to all who
 * were live then, and what has not been sent is not in it.
 */
export class History {
  readonly route: DurableRoute;
  readonly ring: Ring;
  readonly #dispatch: StreamDispatch;
  #recent: RecentIds;
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

  /** How many entries to ask for: the ring's, one that shows whether there are older ones, those that `dedupe` looks at. */
  static wanted({ stream }: DurableRoute): number {
    return stream.ring.entries + 1 + stream.dedupe;
  }

  metaAt(id: string): string {
    return JSON.stringify({ route: this.route.name, e: this.#epoch, id });
  }

  /** A new entry. */
  deliver(entry: StreamEntry): void {
    const duplicate = this.#recent.add(entry.eventId);
    this.#note(
      entry.id,
      this.#dispatch.deliver(this.route, entry, duplicate, () => this.metaAt(entry.id)),
    );
  }

  /**
   * Begins anew from the past, of which nobody is told.
   *
   * @returns those from the first on that `isKnown` denies: they are still to be delivered.
   */
  load(past: Past, isKnown: (id: string) => boolean = () => true): readonly StreamEntry[] {
    const { entries, state, upTo = state.lastId } = past;
    const { ring } = this.route.stream;
    const older = Math.max(0, entries.length - ring.entries - 1);
    const rows = entries.slice(older);
    this.#epoch = past.epoch;
    this.#recent = new RecentIds(this.route.stream.dedupe);
    for (const { eventId } of entries.slice(0, older)) this.#recent.add(eventId);
    const top = upTo < state.lastId ? upTo : state.lastId;
    const floor = floorOf(rows, ring.entries, past.state, top);
    this.ring.reset(floor);
    if (rows.length > ring.entries) this.#recent.add(rows.shift()?.eventId);
    this.#position = floor;
    for (const [index, entry] of rows.entries()) {
      if (!isKnown(entry.id)) return rows.slice(index);
      this.learn(entry);
    }
    this.#position = top;
    return [];
  }

  /** An entry that was live before, here or elsewhere. */
  learn(entry: StreamEntry): void {
    this.#note(entry.id, this.judge(entry, this.#recent.add(entry.eventId)));
  }

  /** Goes on behind `id`: what lies between is gone. */
  skipTo(id: string): void {
    this.ring.reset(id);
    this.#position = id;
  }

  /** Of an entry that is older than the ring; for a replay. */
  judge(entry: StreamEntry, duplicate: boolean): RingEntry {
    const { rooms, text } = this.#dispatch.judge(this.route, entry, duplicate);
    return { id: entry.id, rooms, text };
  }

  /** Ring, position and sockets change in one step, as far as anyone else can see. */
  #note(id: string, { rooms, text }: Judged): void {
    this.ring.push({ id, rooms, text });
    this.#position = id;
  }
}

/** Behind it every entry that was ever added is among the rows. */
function floorOf(rows: readonly StreamEntry[], most: number, { added, length }: StreamState, top: string): string {
  const [first] = rows;
  if (first === undefined) return top;
  if (rows.length > most) return first.id;
  // Nothing was ever dropped.
  return added === length ? START : before(first.id);
}
