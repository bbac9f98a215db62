import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRevokedTokens, type RevocationStore } from '../../../src/auth/methods/jwt/revoked-tokens.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

/** Instances on one store, whose clock is 5 s ahead of theirs. */
function stage({ isNeeded = true }: { isNeeded?: boolean } = {}) {
  const stored = new Map<string, number>();
  let isDown = false;
  let reads = 0;
  const failures: unknown[] = [];
  const store: RevocationStore = {
    async add(users, age) {
      if (isDown) throw new Error('down');
      const at = Date.now() + 5000 - Math.round(age);
      for (const user of users) stored.set(user, Math.max(at, stored.get(user) ?? 0));
      return at;
    },
    async read() {
      reads += 1;
      if (isDown) throw new Error('down');
      return new Map(stored);
    },
  };
  const open = () =>
    createRevokedTokens({
      store,
      isNeeded: () => isNeeded,
      maxAge: 24 * HOUR,
      events: { revocationsFailed: (error) => void failures.push(error) },
    });
  const settle = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));
  return { open, stored, failures, settle, setDown: (down: boolean) => void (isDown = down), reads: () => reads };
}

describe('revoked JWTs', () => {
  test('are those that were issued until the revocation, by the clock of the store', async () => {
    const { open, settle } = stage();
    const tokens = open();
    tokens.reload();
    await settle();
    tokens.revoke(['7']);
    await settle();
    expect([tokens.isRevoked('7', NOW), tokens.isRevoked('7', NOW + 5000)]).toEqual([true, true]);
    expect(tokens.isRevoked('7', NOW + 5001)).toBe(false);
    expect(tokens.isRevoked('8', NOW)).toBe(false);
  });

  test('are refused at once where the message arrived, and after a read on other instances and after a restart', async () => {
    const { open, settle } = stage();
    const [one, other] = [open(), open()];
    one.reload();
    other.reload();
    await settle();
    one.revoke(['7']);
    expect(one.isRevoked('7', NOW - HOUR)).toBe(true);
    expect(other.isRevoked('7', NOW - HOUR)).toBe(false);
    await settle();
    other.reload();
    const restarted = open();
    restarted.reload();
    await settle();
    expect([other, restarted].map((tokens) => tokens.isRevoked('7', NOW - HOUR))).toEqual([true, true]);
  });

  test('are not known before the first read, which is tried until it succeeds', async () => {
    const { open, settle, setDown, failures } = stage();
    setDown(true);
    const tokens = open();
    tokens.reload();
    await settle();
    expect(tokens.isRevoked('7', NOW)).toBeUndefined();
    expect(tokens.problem()).toContain('not read from Redis yet');
    expect(failures).toHaveLength(1);
    setDown(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(tokens.isRevoked('7', NOW)).toBe(false);
    expect(tokens.problem()).toBeUndefined();
  });

  test('of an outage are written afterwards, with the time at which they were received', async () => {
    const { open, settle, setDown, stored } = stage();
    const tokens = open();
    tokens.reload();
    await settle();
    setDown(true);
    tokens.revoke(['7']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tokens.isRevoked('7', NOW)).toBe(true);
    setDown(false);
    await vi.advanceTimersByTimeAsync(2000);
    // A token of a new log-in during the outage stays valid.
    expect(stored.get('7')).toBe(NOW + 5000);
    expect(tokens.isRevoked('7', NOW + 10_000)).toBe(false);
  });

  test('are forgotten when no token can be as old', async () => {
    const { open, settle } = stage();
    const tokens = open();
    tokens.reload();
    tokens.revoke(['7']);
    await settle();
    await vi.advanceTimersByTimeAsync(25 * HOUR);
    tokens.revoke(['8']);
    expect(tokens.isRevoked('7', NOW)).toBe(false);
  });

  test('are not read where no route revokes users', async () => {
    const { open, settle, reads } = stage({ isNeeded: false });
    const tokens = open();
    tokens.reload();
    await settle();
    expect([tokens.isRevoked('7', NOW), tokens.problem(), reads()]).toEqual([false, undefined, 0]);
  });
});
