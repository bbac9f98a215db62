import type { UserId } from '../routes/user-id.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { CallOutcome } from './call-queue.ts';

/** What is known of a token, and since when. */
export interface CachedAnswer {
  readonly outcome: CallOutcome;
  /** performance.now() when the auth service was asked. */
  readonly askedAt: number;
}

/** The auth service's last words on tokens. */
export interface TokenCache {
  recall(key: string): CachedAnswer | undefined;
  keep(key: string, standing: CachedAnswer): void;
}

/** Clients that were refused, and try again without a pause. */
const INVALID_LIFETIME_MS = 2000;
/** As many as an instance can have connections, about. */
const MOST_KEPT = 20_000;

/** @param lifetime of a valid answer, in milliseconds; 0 keeps none of any kind. */
export function createTokenCache(lifetime: number, now: () => number): TokenCache {
  const valid = new ExpiringMap<string, { user: UserId; askedAt: number }>(lifetime, MOST_KEPT);
  const refused = new ExpiringMap<string, CachedAnswer>(Math.min(lifetime, INVALID_LIFETIME_MS), MOST_KEPT);

  function recall(key: string): CachedAnswer | undefined {
    const refusal = refused.get(key, now());
    if (refusal !== undefined) return refusal;
    const found = valid.get(key, now());
    return found && { outcome: { kind: 'valid', user: found.user }, askedAt: found.askedAt };
  }

  return {
    recall,
    keep(key, { outcome, askedAt }) {
      const isOvertaken = (recall(key)?.askedAt ?? 0) > askedAt;
      // Of two calls that were under way at once, the later question counts.
      if (isOvertaken || outcome.kind === 'unavailable' || outcome.kind === 'busy') return;
      valid.delete(key);
      refused.delete(key);
      if (outcome.kind === 'valid') valid.set(key, { user: outcome.user, askedAt }, now());
      else refused.set(key, { outcome, askedAt }, now());
    },
  };
}
