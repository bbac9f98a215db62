import { CompactingQueue } from '../flow/compacting-queue.ts';
import { TextArena, type StoredText } from './text-arena.ts';
import { START } from './position.ts';

/** An entry that was read and evaluated. */
export interface RingEntry {
  readonly id: string;
  /** Rooms of its recipients; empty if it was dropped. */
  readonly rooms: readonly string[];
  /** Rooms whose members are no recipients. */
  readonly except: readonly string[];
  /** The message; empty if it was dropped. */
  readonly text: string;
}

export interface RingLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** An entry as it is stored: its id and its text in one piece. */
interface Kept extends StoredText, Addressed {}

/** The recipients of an entry. */
export type Addressed = Pick<RingEntry, 'rooms' | 'except'>;

/** Bytes that an entry takes in addition to its id and its text: its rooms, the objects. */
const OVERHEAD = 160;

/** The last entries of a stream. It holds every entry that was ever added after `floor`. */
export class Ring {
  readonly #limits: RingLimits;
  readonly #chunks = new TextArena();
  #entries = new CompactingQueue<Kept>();
  #bytes = 0;
  /** An entry that is no longer in the ring, or an id. */
  #floor: Kept | string = START;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get floor(): string {
    return typeof this.#floor === 'string' ? this.#floor : idOf(this.#floor);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Empties the ring: it knows no entry at or before `floor`. */
  reset(floor: string): void {
    for (const entry of this.#entries.from(0)) this.#chunks.drop(entry);
    this.#entries = new CompactingQueue();
    this.#bytes = 0;
    this.#setFloor(floor);
  }

  push({ id, rooms, except, text }: RingEntry): void {
    const { chunk, from, to } = this.#chunks.store(id + text);
    this.#entries.push({ chunk, from, to, rooms, except });
    this.#bytes += to - from + OVERHEAD;
    while (this.size > this.#limits.entries || this.#bytes > this.#limits.bytes) this.#evict();
  }

  /**
   * Puts entries before all others.
   *
   * @param older entries that end at the floor, in order.
   * @param floor after which they are complete.
   * @returns whether there was room for all.
   */
  prepend(older: readonly RingEntry[], floor: string): boolean {
    const kept: Kept[] = [];
    let next = older.length - 1;
    for (let entry = older[next]; entry !== undefined; entry = older[(next -= 1)]) {
      const { id, rooms, except, text } = entry;
      const isFull = this.size + kept.length >= this.#limits.entries;
      if (isFull || this.#bytes + Buffer.byteLength(text) + START.length + OVERHEAD > this.#limits.bytes) break;
      const stored = this.#chunks.store(id + text);
      kept.push({ ...stored, rooms, except });
      this.#bytes += stored.to - stored.from + OVERHEAD;
    }
    this.#entries = new CompactingQueue([...kept.toReversed(), ...this.#entries.from(0)]);
    this.#setFloor(older[next]?.id ?? floor);
    return next < 0;
  }

  /** The wanted entries after `id`, in order; to be iterated before anything else is done. */
  *after(id: string, isWanted: (entry: Addressed) => boolean): Generator<RingEntry> {
    const entries = this.#entries;
    for (let index = this.#indexAfter(id); index < entries.size; index += 1) {
      const entry = entries.at(index);
      if (entry !== undefined && isWanted(entry)) yield entryOf(entry);
    }
  }

  /** The last `count` wanted entries, in order. */
  last(count: number, isWanted: (entry: Addressed) => boolean): RingEntry[] {
    const found: RingEntry[] = [];
    for (let index = this.size - 1; index >= 0 && found.length < count; index -= 1) {
      const entry = this.#entries.at(index);
      if (entry !== undefined && isWanted(entry)) found.push(entryOf(entry));
    }
    return found.toReversed();
  }

  /** The last `count` ids. */
  lastIds(count: number): string[] {
    return this.#entries.from(this.size - count).map(idOf);
  }

  #evict(): void {
    const oldest = this.#entries.shift();
    if (oldest === undefined) return;
    this.#setFloor(oldest);
    this.#bytes -= oldest.to - oldest.from + OVERHEAD;
  }

  #setFloor(floor: Kept | string): void {
    if (typeof this.#floor !== 'string') this.#chunks.drop(this.#floor);
    this.#floor = floor;
  }

  /** Index of the first entry after `id`. */
  #indexAfter(id: string): number {
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries.at(middle);
      if (entry === undefined || idOf(entry) <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function entryOf(kept: Kept): RingEntry {
  const { chunk, from, to, rooms, except } = kept;
  return { id: idOf(kept), rooms, except, text: chunk.bytes.toString('utf8', from + START.length, to) };
}

function idOf({ chunk, from }: Kept): string {
  return chunk.bytes.toString('latin1', from, from + START.length);
}
