/** Ids of the last events, so that one that comes again is known. */
export class RecentIds {
  readonly #window: number;
  /** Of the last `window` events, in order; nothing for one without an id. */
  #order: (string | undefined)[] = [];
  #start = 0;
  readonly #counts = new Map<string, number>();

  constructor(window: number) {
    this.#window = window;
  }

  /** Notes it; tells whether it is among those before. */
  add(id: string | undefined): boolean {
    const known = id !== undefined && this.#counts.has(id);
    if (this.#window === 0) return false;
    this.#order.push(id);
    if (id !== undefined) this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    if (this.#order.length - this.#start > this.#window) this.#forgetOldest();
    return known;
  }

  #forgetOldest(): void {
    const oldest = this.#order[this.#start];
    this.#start += 1;
    if (oldest !== undefined) {
      const count = this.#counts.get(oldest) ?? 0;
      if (count > 1) this.#counts.set(oldest, count - 1);
      else this.#counts.delete(oldest);
    }
    if (this.#start < 64 || this.#start * 2 < this.#order.length) return;
    this.#order = this.#order.slice(this.#start);
    this.#start = 0;
  }
}
