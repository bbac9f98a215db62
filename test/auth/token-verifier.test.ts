import { describe, expect, test } from 'vitest';
import type { AnswerSource, TokenAnswer } from '../../src/auth/token-answer.ts';
import type { BreakerState } from '../../src/auth/breaker.ts';
import { createRevocations } from '../../src/auth/revocations.ts';
import { createTokenVerifier } from '../../src/auth/token-verifier.ts';
import type { CallOutcome } from '../../src/auth/call-queue.ts';
import { noting } from './checker.ts';

const VALID: TokenAnswer = { kind: 'valid', user: '7' };
const INVALID: TokenAnswer = { kind: 'invalid' };
const SILENCE: TokenAnswer = { kind: 'unavailable', cause: 'UNAVAILABLE' };

/** Answers from a service that answers when it is told to, on a clock that goes by `wait` alone. */
function stage(lifetime = 30_000) {
  let now = 1;
  let state: BreakerState = 'healthy';
  const open: { token: string; answer: (answer: CallOutcome) => void }[] = [];
  const revocations = createRevocations(60_000, () => now);
  let asked = 0;
  const calls = {
    check({ token }: { token: string }): Promise<CallOutcome> {
      asked += 1;
      return new Promise((resolve) => open.push({ token, answer: resolve }));
    },
  };
  const verifier = createTokenVerifier({ calls, breakerState: () => state, revocations, lifetime, now: () => now });
  const sources: AnswerSource[] = [];
  const verify = (token = 'token', since = -Infinity): Promise<{ outcome: CallOutcome; askedAt: number }> =>
    verifier.verify({ token, network: '192.0.2.1' }, since, {
      ...noting(),
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
    /** Asks, and is answered at once, by the service if it is asked. */
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

describe('a token that many bring at once', () => {
  test('is asked about once, and all get the answer', async () => {
    const { verify, answer, asked, sources } = stage();
    const all = Array.from({ length: 100 }, () => verify());
    await answer(VALID);
    for (const { outcome } of await Promise.all(all)) expect(outcome).toEqual(VALID);
    expect(asked()).toBe(1);
    expect(sources.filter((source) => source === 'shared')).toHaveLength(99);
  });

  test('has nothing to do with another one', async () => {
    const { verify, answer, asked } = stage();
    const both = [verify('token'), verify('Token')];
    await answer(VALID);
    await answer(INVALID);
    expect((await Promise.all(both)).map(({ outcome }) => outcome)).toEqual([VALID, INVALID]);
    expect(asked()).toBe(2);
  });
});

describe('a token that comes again', () => {
  test('is not asked about for as long as a valid answer is kept, and then is', async () => {
    const { verifyWith, asked, wait, sources } = stage();
    await verifyWith(VALID);
    wait(29_999);
    expect(await verifyWith(INVALID)).toEqual(VALID);
    expect(asked()).toBe(1);
    wait(1);
    expect(await verifyWith(INVALID)).toEqual(INVALID);
    expect(sources).toEqual(['service', 'cache', 'service']);
  });

  test('and was not valid is not asked about for two seconds', async () => {
    const { verifyWith, asked, wait } = stage();
    await verifyWith(INVALID);
    wait(1999);
    expect(await verifyWith(VALID)).toEqual(INVALID);
    wait(1);
    expect(await verifyWith(VALID)).toEqual(VALID);
    expect(asked()).toBe(2);
  });

  test('and was of no user is not asked about for two seconds', async () => {
    const { verifyWith, asked } = stage();
    await verifyWith({ kind: 'no-user-id' });
    expect(await verifyWith(VALID)).toEqual({ kind: 'no-user-id' });
    expect(asked()).toBe(1);
  });

  test.each([
    ['nobody could tell', SILENCE],
    ['too many were asked about', { kind: 'busy' } as const],
  ])('when %s is asked about', async (_, outcome) => {
    const { verifyWith } = stage();
    await verifyWith(outcome);
    expect(await verifyWith(VALID)).toEqual(VALID);
  });

  test('is asked about each time where nothing is to be kept', async () => {
    const { verifyWith, asked } = stage(0);
    for (const outcome of [VALID, INVALID, VALID]) expect(await verifyWith(outcome)).toEqual(outcome);
    expect(asked()).toBe(3);
  });

  test.each(['failing', 'open', 'half-open'] as const)(
    'lets nobody in from memory while the service is %s, and tells of one that is known to be bad',
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
  test('is asked for where the kept one is older, and is kept for the others', async () => {
    const { verify, verifyWith, answer, wait, asked } = stage();
    await verifyWith(VALID);
    wait(10);
    const fresh = verify('token', 11);
    await answer(INVALID);
    expect(await fresh).toEqual({ outcome: INVALID, askedAt: 11 });
    expect(await verifyWith(VALID)).toEqual(INVALID);
    expect(asked()).toBe(2);
  });

  test('is not taken from a call that began before', async () => {
    const { verify, answer, wait } = stage();
    const early = verify();
    wait(10);
    const late = verify('token', 11);
    await answer(INVALID, 1);
    expect((await late).outcome).toEqual(INVALID);
    await answer(VALID);
    expect((await early).outcome).toEqual(VALID);
    // What was found out later is what is kept.
    expect((await verify()).outcome).toEqual(INVALID);
  });
});

describe('after a revocation', () => {
  test('the tokens of that user are asked about again, and those of others are not', async () => {
    const { verifyWith, revocations, asked } = stage();
    await verifyWith(VALID, 'of 7');
    await verifyWith(VALID, 'of 7 too');
    await verifyWith({ kind: 'valid', user: '8' }, 'of 8');
    revocations.revoke(['7']);
    for (const token of ['of 7', 'of 7 too']) expect(await verifyWith(INVALID, token)).toEqual(INVALID);
    expect(await verifyWith(INVALID, 'of 8')).toEqual({ kind: 'valid', user: '8' });
    expect(asked()).toBe(5);
  });

  test('of all, all tokens are asked about again', async () => {
    const { verifyWith, revocations } = stage();
    await verifyWith(VALID);
    revocations.revokeAll();
    expect(await verifyWith(INVALID)).toEqual(INVALID);
  });

  test('new answers are kept as ever', async () => {
    const { verifyWith, revocations, wait, asked } = stage();
    revocations.revoke(['7']);
    wait(1);
    await verifyWith(VALID);
    expect(await verifyWith(INVALID)).toEqual(VALID);
    expect(asked()).toBe(1);
  });

  test.each([
    ['of the user', (of: ReturnType<typeof stage>) => of.revocations.revoke(['7'])],
    ['of all', (of: ReturnType<typeof stage>) => of.revocations.revokeAll()],
  ])('%s during a call its answer counts for nothing, and the service is asked again', async (_, revoke) => {
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

  test('during each of two calls nobody gets in, and nobody is told that the token is bad', async () => {
    const { verify, answer, revocations, wait } = stage();
    const pending = verify();
    for (let i = 0; i < 2; i += 1) {
      revocations.revoke(['7']);
      wait(1);
      await answer(VALID);
    }
    expect(await pending).toMatchObject({ outcome: { kind: 'unavailable' } });
  });

  test('of another user during a call nothing is asked again', async () => {
    const { verify, answer, revocations, asked } = stage();
    const pending = verify();
    revocations.revoke(['8']);
    await answer(VALID);
    expect((await pending).outcome).toEqual(VALID);
    expect(asked()).toBe(1);
  });
});
