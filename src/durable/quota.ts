const MOST_KEPT = 10_000;

export interface Rate {
  /** At once. */
  readonly burst: number;
  /** Each second after that. */
  readonly perSecond: number;
}

/** What each of these, such as a user, may still use. */
export interface Quota {
  /** Uses up so much if anything is left. It may be more than is left: later uses wait until that is made up for. */
  take(key: string, cost?: number): boolean;
  /** Uses up more for what was begun. */
  charge(key: string, cost: number): void;
}

export function createQuota({ burst, perSecond }: Rate, now: () => number = () => performance.now()): Quota {
  const left = new Map<string, { tokens: number; at: number }>();

  function tokensOf(key: string): number {
    const at = now();
    const bucket = left.get(key) ?? { tokens: burst, at };
    return Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
  }

  function note(key: string, tokens: number): void {
    // The longest known goes first: its quota has filled up again.
    left.delete(key);
    if (left.size >= MOST_KEPT) for (const [oldest] of left) if (left.size >= MOST_KEPT) left.delete(oldest);
    left.set(key, { tokens, at: now() });
  }

  return {
    take(key, cost = 1) {
      const tokens = tokensOf(key);
      const isLeft = tokens >= 1;
      note(key, isLeft ? tokens - cost : tokens);
      return isLeft;
    },
    charge: (key, cost) => note(key, tokensOf(key) - cost),
  };
}
