import type { Claims } from './identity.ts';

/** Notices declared claims that no token has: a pointer that is wrong, or a service that does not send them. */
export interface ClaimsSeen {
  /** A valid token was checked, which has these claims. */
  saw(claims: Claims | undefined): void;
  /** Declared claims that none of the last hour's tokens had; none while there were too few tokens to say so. */
  missing(): readonly string[];
}

const BUCKET_MS = 10 * 60_000;
const BUCKETS = 6;
const FEWEST_TOKENS = 100;

interface Bucket {
  readonly at: number;
  tokens: number;
  readonly seen: Set<string>;
}

/** @param now in milliseconds. */
export function createClaimsSeen(
  declared: () => readonly string[],
  now: () => number = () => performance.now(),
): ClaimsSeen {
  let buckets: Bucket[] = [];

  function current(): Bucket {
    const at = Math.floor(now() / BUCKET_MS);
    const newest = buckets.at(-1);
    if (newest?.at === at) return newest;
    const fresh = { at, tokens: 0, seen: new Set<string>() };
    buckets = [...buckets.filter((bucket) => bucket.at > at - BUCKETS), fresh];
    return fresh;
  }

  return {
    saw(claims) {
      if (declared().length === 0) return;
      const bucket = current();
      bucket.tokens += 1;
      for (const claim of claims?.keys() ?? []) bucket.seen.add(claim);
    },
    missing() {
      const names = declared();
      if (names.length === 0) return [];
      current();
      const tokens = buckets.reduce((sum, bucket) => sum + bucket.tokens, 0);
      if (tokens < FEWEST_TOKENS) return [];
      return names.filter((name) => !buckets.some(({ seen }) => seen.has(name)));
    },
  };
}
