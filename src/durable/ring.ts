import { START } from './position.ts';

/** An entry that was read and judged. */
export interface RingEntry {
  readonly id: string;
  /** Whom it is for; nobody, where it was dropped. */
  readonly rooms: readonly string[];
  /** The message; empty where it was dropped. */
  readonly text: string;
}

export interface RingLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Of an entry besides its text: its id, its rooms, the object. */
const OVERHEAD = 200;

/** The last entries of a stream. Every entry that was ever added behind `floor` is in it. */
export class Ring {
  readonly #limits: RingLimits;
  #entries: RingEntry[] = [];
  #start = 0;
  #bytes = 0;
  #floor: string = START;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get floor(): string {
    return this.#floor;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.length - this.#start;
  }

  /** Empties it: nothing at or before `floor` is known. */
  reset(floor: string): void {
    this.#entries = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#floor = floor;
  }

  push(entry: RingEntry): void {
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
    while (this.size > this.#limits.entries || this.#bytes > this.#limits.bytes) this.#evict();
  }

  /** Those behind `id`, in order. */
  after(id: string): readonly RingEntry[] {
    return this.#entries.slice(this.#indexAfter(id));
  }

  /** The last `count` ids. */
  lastIds(count: number): string[] {
    return this.#entries.slice(Math.max(this.#start, this.#entries.length - count)).map(({ id }) => id);
  }

  #evict(): void {
    const oldest = this.#entries[this.#start];
    if (oldest === undefined) return;
    this.#floor = oldest.id;
    this.#bytes -= sizeOf(oldest);
    this.#start += 1;
    // Moved up only now and then; until that the evicted are kept alive.
    if (this.#start < 64 || this.#start * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#start);
    this.#start = 0;
  }

  /** Of the first entry behind `id`. */
  #indexAfter(id: string): number {
    let [low, high] = [this.#start, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.id ?? '') <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** About: text of ASCII alone takes a byte per character. */
function sizeOf({ text }: RingEntry): number {
  return text.length + OVERHEAD;
}
