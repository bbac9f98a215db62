import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import type { AuthOutcome } from '../../src/auth/auth-trace.ts';
import { rejection } from '../../src/auth/rejection.ts';
import { createRevalidation, type RevalidationEvents } from '../../src/sockets/lifecycle/revalidation.ts';
import type { SocketData } from '../../src/sockets/servers/socket-server.ts';

const INTERVAL = 300_000;

interface Member {
  connected: boolean;
  readonly data: SocketData;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** So many sockets that came at once, of user 7, with a token each. */
function stage(
  size: number,
  answer: (token: string) => AuthOutcome | Promise<AuthOutcome> = valid,
  interval = INTERVAL,
) {
  const asked: { token: string; at: number; since: number }[] = [];
  const members = new Map<string, Member>();
  const join = (token: string, askedAt = performance.now()): Member => {
    const member = { connected: true, data: { user: '7', proof: { token, askedAt, network: '' } } };
    members.set(token, member);
    return member;
  };
  for (let i = 0; i < size; i += 1) join(`t${i}`);
  const revalidate: Authenticator['revalidate'] = async ({ token }, since) => {
    asked.push({ token, at: performance.now(), since });
    return answer(token);
  };
  const close = vi.fn<(member: Member, code: string) => void>();
  const revalidated = vi.fn<RevalidationEvents['revalidated']>();
  const failed = vi.fn<RevalidationEvents['failed']>();
  const revalidation = createRevalidation<Member>({
    authenticator: { revalidate },
    revalidateWithin: interval,
    sockets: () => members.values(),
    close,
    changed: () => undefined,
    events: { revalidated, failed },
  });
  return { ...revalidation, members, join, asked, close, revalidated, failed };
}

function valid(token: string): AuthOutcome {
  return { kind: 'accepted', identity: { user: '7' }, proof: { token, askedAt: performance.now(), network: '' } };
}

const refused = (code: 'token-invalid' | 'auth-unavailable' | 'auth-busy'): AuthOutcome => ({
  kind: 'rejected',
  rejection: rejection(code),
});

/** Lets that many seconds pass, and all that follows in each. */
async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 1) {
    await vi.advanceTimersByTimeAsync(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('sockets that came at once', () => {
  test('are asked about once in each interval, and not at once', async () => {
    const { asked } = stage(200);
    const start = performance.now();
    await pass(224);
    expect(asked).toEqual([]);
    await pass(78);
    expect(new Set(asked.map(({ token }) => token)).size).toBe(200);
    expect(asked).toHaveLength(200);
    const inEachTenth = Array.from({ length: 8 }, (_, i) => {
      const from = start + 225_000 + i * 10_000;
      return asked.filter(({ at }) => at >= from && at < from + 10_000).length;
    });
    // 26 on average.
    expect(Math.max(...inEachTenth)).toBeLessThan(60);
    await pass(305);
    expect(asked.length).toBeGreaterThanOrEqual(400);
    expect(asked.length).toBeLessThanOrEqual(600);
  });

  test('take nothing that was known before', async () => {
    const { asked } = stage(3);
    await pass(302);
    for (const { at, since } of asked) expect(since).toBe(at);
  });

  test('are asked about sixteen at a time', async () => {
    let open = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const { asked, all } = stage(100, async (token) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise<void>((resolve) => release.push(resolve));
      open -= 1;
      return valid(token);
    });
    all();
    await pass(31);
    expect(open).toBe(16);
    for (let i = 0; i < 100; i += 1) {
      release.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked).toHaveLength(100);
    expect(open).toBe(0);
    expect(most).toBe(16);
  });
});

describe('a socket', () => {
  test('whose token is refused is closed', async () => {
    const { members, close, revalidated } = stage(2, (token) =>
      token === 't1' ? refused('token-invalid') : valid(token),
    );
    await pass(302);
    expect(close).toHaveBeenCalledExactlyOnceWith(members.get('t1'), 'token-invalid');
    expect(new Set(revalidated.mock.calls.flat())).toEqual(new Set(['valid', 'invalid']));
  });

  test('whose token is another user’s by now is closed', async () => {
    const { close } = stage(1, (token) => ({ ...valid(token), kind: 'accepted', identity: { user: '8' } }));
    await pass(302);
    expect(close).toHaveBeenCalledOnce();
  });

  test.each(['auth-unavailable', 'auth-busy'] as const)(
    'of whom nobody can tell (%s) stays, and is asked about soon again',
    async (code) => {
      const { asked, close, revalidated } = stage(1, () => refused(code));
      await pass(302);
      const before = asked.length;
      await pass(32);
      expect(asked.length).toBeGreaterThan(before);
      expect(revalidated).toHaveBeenLastCalledWith('unavailable');
      expect(close).not.toHaveBeenCalled();
    },
  );

  test('a client whose validation fails by an error of the gateway stays, and is validated again soon', async () => {
    const fault = new Error('a fault');
    const { asked, close, failed } = stage(1, () => Promise.reject(fault));
    await pass(335);
    expect(asked.length).toBeGreaterThan(1);
    expect(failed).toHaveBeenCalledWith(fault);
    expect(close).not.toHaveBeenCalled();
  });

  test('that has gone is asked about no more', async () => {
    const { members, asked } = stage(1);
    members.clear();
    await pass(302);
    expect(asked).toEqual([]);
  });

  test('that was let in by an answer from memory is asked about as early as that answer is old', async () => {
    const { join, asked } = stage(0);
    await pass(30);
    join('old', performance.now() - 30_000);
    await pass(271);
    expect(asked).toHaveLength(1);
  });

  test('without a token is left in peace', async () => {
    const { members, asked } = stage(0);
    members.set('anonymous', { connected: true, data: {} });
    await pass(302);
    expect(asked).toEqual([]);
  });
});

describe('after a gap', () => {
  test('all are asked about within half a minute, and an answer since the gap will do', async () => {
    const { all, asked } = stage(100);
    await pass(10);
    all();
    const gapAt = performance.now();
    await pass(31);
    expect(asked).toHaveLength(100);
    for (const { since } of asked) expect(since).toBe(gapAt);
    expect(asked.filter(({ at }) => at < gapAt + 10_000).length).toBeLessThan(70);
  });

  test('those that came after it are not', async () => {
    const { all, join, asked } = stage(0);
    all();
    await pass(1);
    join('new');
    await pass(200);
    expect(asked).toEqual([]);
  });
});

test('where it is disabled no token is validated, not even after a gap', async () => {
  const { all, asked } = stage(10, valid, 0);
  all();
  await pass(100);
  expect(asked).toEqual([]);
});
