/** How many there are of each key, and whether there may be more. */
export class KeyedCounter {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** @param most of one key; Infinity: none is counted. */
  constructor(most: number) {
    this.#most = most;
  }

  isUsedUp(key: string): boolean {
    return (this.#counts.get(key) ?? 0) >= this.#most;
  }

  add(key: string): void {
    if (this.#most !== Infinity) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(key: string): void {
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
