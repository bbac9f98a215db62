import { CompactingQueue } from '../flow/compacting-queue.ts';

/** The ids of the last events, to recognize an event that arrives a second time. */
export class RecentIds {
  readonly #window: number;
  /** The ids of the last `window` events, oldest first; undefined for an event without an id. */
  readonly #order = new CompactingQueue<string | undefined>();
  readonly #counts = new Map<string, number>();

  constructor(window: number) {
    this.#window = window;
  }

  /** Adds an id. @returns whether it is among the ids before. */
  add(id: string | undefined): boolean {
    const known = id !== undefined && this.#counts.has(id);
    if (this.#window === 0) return false;
    this.#order.push(id);
    if (id !== undefined) this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    if (this.#order.size > this.#window) this.#forgetOldest();
    return known;
  }

  #forgetOldest(): void {
    const oldest = this.#order.shift();
    if (oldest === undefined) return;
    const count = this.#counts.get(oldest) ?? 0;
    if (count > 1) this.#counts.set(oldest, count - 1);
    else this.#counts.delete(oldest);
  }
}
