/** Counts by key, up to a limit. */
export class KeyedCounter {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** @param most limit per key; Infinity: nothing is counted. */
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
