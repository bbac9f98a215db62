import { TokenBucket } from '../flow/token-bucket.ts';

const MOST_KEPT = 10_000;

export interface Rate {
  /** Tokens that can be taken at the same time. */
  readonly burst: number;
  /** Tokens that are added each second. */
  readonly perSecond: number;
}

/** A token bucket for each key, such as a user. */
export interface Quota {
  /** Takes `cost` tokens if at least one is left. The cost may exceed what is left: later calls are refused until that is refilled. */
  take(key: string, cost?: number): boolean;
  /** Takes more tokens for what was begun. */
  charge(key: string, cost: number): void;
}

export function createQuota({ burst, perSecond }: Rate, now: () => number = () => performance.now()): Quota {
  const buckets = new Map<string, TokenBucket>();

  function bucketOf(key: string): TokenBucket {
    const bucket = buckets.get(key) ?? new TokenBucket(perSecond, burst, now);
    // The bucket that was used least recently is removed first: it has filled up again.
    buckets.delete(key);
    if (buckets.size >= MOST_KEPT)
      for (const [oldest] of buckets) if (buckets.size >= MOST_KEPT) buckets.delete(oldest);
    buckets.set(key, bucket);
    return bucket;
  }

  return {
    take: (key, cost) => bucketOf(key).take(cost),
    charge: (key, cost) => bucketOf(key).charge(cost),
  };
}
