import { describe, expect, test } from 'vitest';
import type { AnswerSource, TokenAnswer } from '../../src/auth/token-answer.ts';
import type { AuthMethod } from '../../src/auth/auth-method.ts';
import type { BreakerState } from '../../src/auth/breaker.ts';
import { createRevocations } from '../../src/auth/revocations.ts';
import { createTokenVerifier } from '../../src/auth/token-verifier.ts';
import type { CallOutcome } from '../../src/auth/call-queue.ts';
import { recordingTrace } from './checker.ts';

const VALID: TokenAnswer = { kind: 'valid', identity: { user: '7' } };
const INVALID: TokenAnswer = { kind: 'invalid' };
const SILENCE: TokenAnswer = { kind: 'unavailable', cause: 'UNAVAILABLE' };

/** A verifier on a service whose answers the test gives, and a clock that only `wait` advances. */
function stage(lifetime = 30_000) {
  let now = 1;
  let state: BreakerState = 'healthy';
  const open: { token: string; answer: (answer: CallOutcome) => void }[] = [];
  const revocations = createRevocations(60_000, () => now);
  let asked = 0;
  const grpc: AuthMethod = {
    name: 'grpc',
    isHealthy: () => state === 'healthy',
    check({ token }): Promise<CallOutcome> {
      asked += 1;
      return new Promise((resolve) => open.push({ token, answer: resolve }));
    },
  };
  const verifier = createTokenVerifier({
    methods: [grpc],
    claimsSeen: { saw() {} },
    revocations,
    lifetime,
    now: () => now,
  });
  const sources: AnswerSource[] = [];
  const verify = (token = 'token', since = -Infinity): Promise<{ outcome: CallOutcome; askedAt: number }> =>
    verifier.verify({ token, network: '192.0.2.1' }, since, {
      ...recordingTrace(),
      answeredBy: (source) => void sources.push(source),
    });
  const answer = async (outcome: CallOutcome, index = 0): Promise<void> => {
    open.splice(index, 1)[0]?.answer(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    revocations,
    sources,
    verify,
    answer,
    /** Verifies a token; the service, if called, gives this outcome. */
    async verifyWith(outcome: CallOutcome, token = 'token'): Promise<CallOutcome> {
      const pending = verify(token);
      await answer(outcome);
      return (await pending).outcome;
    },
    asked: () => asked,
    wait: (ms: number) => void (now += ms),
    turn: (next: BreakerState) => void (state = next),
  };
}

describe('a token of many simultaneous clients', () => {
  test('causes one call, and all get the answer', async () => {
    const { verify, answer, asked, sources } = stage();
    const all = Array.from({ length: 100 }, () => verify());
    await answer(VALID);
    for (const { outcome } of await Promise.all(all)) expect(outcome).toEqual(VALID);
    expect(asked()).toBe(1);
    expect(sources.filter((source) => source === 'shared')).toHaveLength(99);
  });

  test('does not affect another one', async () => {
    const { verify, answer, asked } = stage();
    const both = [verify('token'), verify('Token')];
    await answer(VALID);
    await answer(INVALID);
    expect((await Promise.all(both)).map(({ outcome }) => outcome)).toEqual([VALID, INVALID]);
    expect(asked()).toBe(2);
  });
});

describe('a token that is sent again', () => {
  test('causes no call while a valid answer is cached, and then does', async () => {
    const { verifyWith, asked, wait, sources } = stage();
    await verifyWith(VALID);
    wait(29_999);
    expect(await verifyWith(INVALID)).toEqual(VALID);
    expect(asked()).toBe(1);
    wait(1);
    expect(await verifyWith(INVALID)).toEqual(INVALID);
    expect(sources).toEqual(['service', 'cache', 'service']);
  });

  test('and was invalid causes no call for two seconds', async () => {
    const { verifyWith, asked, wait } = stage();
    await verifyWith(INVALID);
    wait(1999);
    expect(await verifyWith(VALID)).toEqual(INVALID);
    wait(1);
    expect(await verifyWith(VALID)).toEqual(VALID);
    expect(asked()).toBe(2);
  });

  test('and belongs to no user causes no call for two seconds', async () => {
    const { verifyWith, asked } = stage();
    await verifyWith({ kind: 'no-user-id' });
    expect(await verifyWith(VALID)).toEqual({ kind: 'no-user-id' });
    expect(asked()).toBe(1);
  });

  test.each([
    ['the service did not answer', SILENCE],
    ['too many were waiting', { kind: 'busy' } as const],
  ])('causes a call when %s', async (_, outcome) => {
    const { verifyWith } = stage();
    await verifyWith(outcome);
    expect(await verifyWith(VALID)).toEqual(VALID);
  });

  test('causes a call each time if nothing is cached', async () => {
    const { verifyWith, asked } = stage(0);
    for (const outcome of [VALID, INVALID, VALID]) expect(await verifyWith(outcome)).toEqual(outcome);
    expect(asked()).toBe(3);
  });

  test.each(['failing', 'open', 'half-open'] as const)(
    'is not admitted from the cache while the service is %s, and still refused from it',
    async (state) => {
      const { verifyWith, turn } = stage();
      await verifyWith(VALID);
      await verifyWith(INVALID, 'bad');
      turn(state);
      expect(await verifyWith(SILENCE)).toEqual(SILENCE);
      expect(await verifyWith(SILENCE, 'bad')).toEqual(INVALID);
    },
  );
});

describe('an answer that must not be older than a moment', () => {
  test('causes a call if the cached one is older, and is cached for others', async () => {
    const { verify, verifyWith, answer, wait, asked } = stage();
    await verifyWith(VALID);
    wait(10);
    const fresh = verify('token', 11);
    await answer(INVALID);
    expect(await fresh).toMatchObject({ outcome: INVALID, askedAt: 11 });
    expect(await verifyWith(VALID)).toEqual(INVALID);
    expect(asked()).toBe(2);
  });

  test('is not shared from a call that began before', async () => {
    const { verify, answer, wait } = stage();
    const early = verify();
    wait(10);
    const late = verify('token', 11);
    await answer(INVALID, 1);
    expect((await late).outcome).toEqual(INVALID);
    await answer(VALID);
    expect((await early).outcome).toEqual(VALID);
    // The answer to the later call is cached.
    expect((await verify()).outcome).toEqual(INVALID);
  });
});

describe('after a revocation', () => {
  test('tokens of that user cause a call, and those of other users do not', async () => {
    const { verifyWith, revocations, asked } = stage();
    await verifyWith(VALID, 'of 7');
    await verifyWith(VALID, 'of 7 too');
    await verifyWith({ kind: 'valid', identity: { user: '8' } }, 'of 8');
    revocations.revoke(['7']);
    for (const token of ['of 7', 'of 7 too']) expect(await verifyWith(INVALID, token)).toEqual(INVALID);
    expect(await verifyWith(INVALID, 'of 8')).toEqual({ kind: 'valid', identity: { user: '8' } });
    expect(asked()).toBe(5);
  });

  test('of all users, all tokens cause a call', async () => {
    const { verifyWith, revocations } = stage();
    await verifyWith(VALID);
    revocations.revokeAll();
    expect(await verifyWith(INVALID)).toEqual(INVALID);
  });

  test('new answers are cached as before', async () => {
    const { verifyWith, revocations, wait, asked } = stage();
    revocations.revoke(['7']);
    wait(1);
    await verifyWith(VALID);
    expect(await verifyWith(INVALID)).toEqual(VALID);
    expect(asked()).toBe(1);
  });

  test.each([
    ['of the user', (of: ReturnType<typeof stage>) => of.revocations.revoke(['7'])],
    ['of all users', (of: ReturnType<typeof stage>) => of.revocations.revokeAll()],
  ])('%s during a call its answer does not count, and the call is repeated', async (_, revoke) => {
    const staged = stage();
    const pending = [staged.verify(), staged.verify()];
    revoke(staged);
    staged.wait(1);
    await staged.answer(VALID);
    expect(staged.asked()).toBe(2);
    await staged.answer(INVALID);
    for (const { outcome } of await Promise.all(pending)) expect(outcome).toEqual(INVALID);
    expect(await staged.verifyWith(VALID)).toEqual(INVALID);
  });

  test('during each of two calls the token is neither admitted nor refused permanently', async () => {
    const { verify, answer, revocations, wait } = stage();
    const pending = verify();
    for (let i = 0; i < 2; i += 1) {
      revocations.revoke(['7']);
      wait(1);
      await answer(VALID);
    }
    expect(await pending).toMatchObject({ outcome: { kind: 'unavailable' } });
  });

  test('of another user during a call the call is not repeated', async () => {
    const { verify, answer, revocations, asked } = stage();
    const pending = verify();
    revocations.revoke(['8']);
    await answer(VALID);
    expect((await pending).outcome).toEqual(VALID);
    expect(asked()).toBe(1);
  });
});
