/** Limits a rate: `perSecond` on average, and a burst at the same time. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #countedAt: number;

  /** @param now in milliseconds. */
  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
    this.#tokens = burst;
    this.#countedAt = now();
  }

  /**
   * Takes `cost` tokens if at least one is left; refusing takes none. The cost may exceed what is left: the next ones are
   * refused until the debt is refilled.
   */
  take(cost = 1): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Takes `cost` tokens, whatever is left. */
  charge(cost: number): void {
    this.#refill();
    this.#tokens -= cost;
  }

  #refill(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#countedAt) / 1000) * this.#perSecond);
    this.#countedAt = now;
  }
}
