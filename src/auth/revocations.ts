import type { UserId } from '../routes/user-id.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Which answers of the auth service no longer count, because the user was revoked after the call started. */
export interface Revocations {
  /**
   * Answers about these users to calls until now no longer count.
   *
   * @param keepTokens whether JWTs issued until now stay valid.
   */
  revoke(users: Iterable<UserId>, keepTokens?: boolean): void;
  /** The same for all users, after a gap in which revocations may have been lost. */
  revokeAll(): void;
  /** @param askedAt performance.now() when the auth service was called. */
  isOutdated(user: UserId, askedAt: number): boolean;
}

/** @param memory in milliseconds; answers are not used for longer than that. */
export function createRevocations(memory: number, now: () => number = () => performance.now()): Revocations {
  const revokedAt = new ExpiringMap<UserId, number>(memory, Infinity);
  let allRevokedAt = -Infinity;
  return {
    revoke(users) {
      const at = now();
      for (const user of users) revokedAt.set(user, at, at);
    },
    revokeAll: () => void (allRevokedAt = now()),
    isOutdated: (user, askedAt) => askedAt <= Math.max(allRevokedAt, revokedAt.get(user, now()) ?? -Infinity),
  };
}
