import type { AuthMethod } from './auth-method.ts';
import type { CallOutcome } from './call-queue.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { UserIdentity } from './identity.ts';

/** An answer about a token, and its age. */
export interface CachedAnswer {
  readonly outcome: CallOutcome;
  /** performance.now() when the method was called. */
  readonly askedAt: number;
  /** The method that answered. */
  readonly method: AuthMethod | undefined;
}

/** The auth service's last answers about tokens, by the hash of the token. */
export interface TokenCache {
  get(key: string): CachedAnswer | undefined;
  /** Stores an answer, unless it is about no token or a newer one is stored. */
  set(key: string, answer: CachedAnswer): void;
}

interface ValidAnswer extends Omit<CachedAnswer, 'outcome'> {
  readonly identity: UserIdentity;
}

/** Answers that refuse serve clients that reconnect without a pause. */
const INVALID_LIFETIME_MS = 2000;
/** About as many as an instance can have connections. */
const MOST_CACHED = 20_000;

/** @param lifetime of a valid answer, in milliseconds; 0 caches none of any kind. */
export function createTokenCache(lifetime: number, now: () => number): TokenCache {
  const valid = new ExpiringMap<string, ValidAnswer>(lifetime, MOST_CACHED);
  const refused = new ExpiringMap<string, CachedAnswer>(Math.min(lifetime, INVALID_LIFETIME_MS), MOST_CACHED);

  function get(key: string): CachedAnswer | undefined {
    const refusal = refused.get(key, now());
    if (refusal !== undefined) return refusal;
    const found = valid.get(key, now());
    if (found === undefined || (found.identity.expiresAt ?? Infinity) <= Date.now()) return undefined;
    const { identity, askedAt, method } = found;
    return { outcome: { kind: 'valid', identity }, askedAt, method };
  }

  return {
    get,
    set(key, { outcome, askedAt, method }) {
      // The newer of two calls that were under way at the same time counts.
      const isOvertaken = (get(key)?.askedAt ?? 0) > askedAt;
      if (isOvertaken || outcome.kind === 'unavailable' || outcome.kind === 'busy') return;
      valid.delete(key);
      refused.delete(key);
      if (outcome.kind === 'valid') valid.set(key, { identity: outcome.identity, askedAt, method }, now());
      else refused.set(key, { outcome, askedAt, method }, now());
    },
  };
}
