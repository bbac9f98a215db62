import { TokenBucket } from '../../flow/token-bucket.ts';

/** New handshakes of each network: none takes what is for all. */
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

  /** A bucket that nobody took from for as long as it takes to fill is as good as a new one. */
  #forget(): void {
    const now = this.#now();
    if (now - this.#changedAt < (this.#burst / this.#perSecond) * 1000) return;
    this.#before = this.#buckets;
    this.#buckets = new Map();
    this.#changedAt = now;
  }
}
