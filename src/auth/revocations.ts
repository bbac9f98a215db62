import type { UserId } from '../routes/user-id.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Which answers of the auth service no longer count, because something happened after it was asked. */
export interface Revocations {
  /** What was asked about these users until now counts no more. */
  revoke(users: Iterable<UserId>): void;
  /** The same for everyone: revocations may have passed unheard. */
  revokeAll(): void;
  /** @param askedAt performance.now() when the auth service was asked. */
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
