import { TokenBucket } from '../../flow/token-bucket.ts';

/** Limits new handshakes per network, so that no network uses up the rate of all. */
export class NetworkRates {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  #buckets = new Map<string, TokenBucket>();
  #before = new Map<string, TokenBucket>();
  #changedAt: number;

  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#now = now;
    this.#changedAt = now();
  }

  take(network: string): boolean {
    this.#forget();
    const bucket = this.#buckets.get(network) ?? this.#before.get(network) ?? this.#full();
    this.#buckets.set(network, bucket);
    return bucket.take();
  }

  #full(): TokenBucket {
    return new TokenBucket(this.#perSecond, this.#burst, this.#now);
  }

  /** A bucket unused for its fill time equals a new one, so it is forgotten. */
  #forget(): void {
    const now = this.#now();
    if (now - this.#changedAt < (this.#burst / this.#perSecond) * 1000) return;
    this.#before = this.#buckets;
    this.#buckets = new Map();
    this.#changedAt = now;
  }
}
