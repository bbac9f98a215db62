/** Replays from Redis that a user may ask for at once, and each second after that. */
const BURST = 60;
const PER_SECOND = 2;
const MOST_KEPT = 10_000;

/** How often each user may have Redis read: a client that comes and goes without end costs the others. */
export function createQuota(now: () => number = () => performance.now()): (user: string | undefined) => boolean {
  const left = new Map<string, { tokens: number; at: number }>();
  return (user) => {
    if (user === undefined) return true;
    const at = now();
    const bucket = left.get(user) ?? { tokens: BURST, at };
    const tokens = Math.min(BURST, bucket.tokens + ((at - bucket.at) / 1000) * PER_SECOND);
    // The longest known goes first: its quota has filled up again.
    left.delete(user);
    if (left.size >= MOST_KEPT) for (const [oldest] of left) if (left.size >= MOST_KEPT) left.delete(oldest);
    left.set(user, { tokens: Math.max(0, tokens - 1), at });
    return tokens >= 1;
  };
}
