const MOST_KEPT = 10_000;

export interface Rate {
  /** At once. */
  readonly burst: number;
  /** Each second after that. */
  readonly perSecond: number;
}

/** Whether one of these, such as a user, may once more. */
export function createQuota(
  { burst, perSecond }: Rate,
  now: () => number = () => performance.now(),
): (key: string) => boolean {
  const left = new Map<string, { tokens: number; at: number }>();
  return (key) => {
    const at = now();
    const bucket = left.get(key) ?? { tokens: burst, at };
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    // The longest known goes first: its quota has filled up again.
    left.delete(key);
    if (left.size >= MOST_KEPT) for (const [oldest] of left) if (left.size >= MOST_KEPT) left.delete(oldest);
    left.set(key, { tokens: Math.max(0, tokens - 1), at });
    return tokens >= 1;
  };
}
