import { describe, expect, test } from 'vitest';
import type { AnswerSource, TokenAnswer } from '../../src/auth/authenticator.ts';
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
  let health: BreakerState = 'healthy';
  const open: { token: string; answer: (answer: CallOutcome) => void }[] = [];
  const revocations = createRevocations(60_000, () => now);
  let asked = 0;
  const calls = {
    check({ token }: { token: string }): Promise<CallOutcome> {
      asked += 1;
      return new Promise((resolve) => open.push({ token, answer: resolve }));
    },
  };
  const answers = createTokenVerifier({ calls, health: () => health, revocations, lifetime, now: () => now });
  const sources: AnswerSource[] = [];
  const find = (token = 'token', since = -Infinity): Promise<{ outcome: CallOutcome; askedAt: number }> =>
    answers.find({ token, network: '192.0.2.1' }, since, {
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
    find,
    answer,
    /** Asks, and is answered at once, by the service if it is asked. */
    async findOut(outcome: CallOutcome, token = 'token'): Promise<CallOutcome> {
      const standing = find(token);
      await answer(outcome);
      return (await standing).outcome;
    },
    asked: () => asked,
    wait: (ms: number) => void (now += ms),
    turn: (state: BreakerState) => void (health = state),
  };
}

describe('a token that many bring at once', () => {
  test('is asked about once, and all get the answer', async () => {
    const { find, answer, asked, sources } = stage();
    const all = Array.from({ length: 100 }, () => find());
    await answer(VALID);
    for (const { outcome } of await Promise.all(all)) expect(outcome).toEqual(VALID);
    expect(asked()).toBe(1);
    expect(sources.filter((source) => source === 'shared')).toHaveLength(99);
  });

  test('has nothing to do with another one', async () => {
    const { find, answer, asked } = stage();
    const both = [find('token'), find('Token')];
    await answer(VALID);
    await answer(INVALID);
    expect((await Promise.all(both)).map(({ outcome }) => outcome)).toEqual([VALID, INVALID]);
    expect(asked()).toBe(2);
  });
});

describe('a token that comes again', () => {
  test('is not asked about for as long as a valid answer is kept, and then is', async () => {
    const { findOut, asked, wait, sources } = stage();
    await findOut(VALID);
    wait(29_999);
    expect(await findOut(INVALID)).toEqual(VALID);
    expect(asked()).toBe(1);
    wait(1);
    expect(await findOut(INVALID)).toEqual(INVALID);
    expect(sources).toEqual(['service', 'cache', 'service']);
  });

  test('and was not valid is not asked about for two seconds', async () => {
    const { findOut, asked, wait } = stage();
    await findOut(INVALID);
    wait(1999);
    expect(await findOut(VALID)).toEqual(INVALID);
    wait(1);
    expect(await findOut(VALID)).toEqual(VALID);
    expect(asked()).toBe(2);
  });

  test('and was of no user is not asked about for two seconds', async () => {
    const { findOut, asked } = stage();
    await findOut({ kind: 'no-user-id' });
    expect(await findOut(VALID)).toEqual({ kind: 'no-user-id' });
    expect(asked()).toBe(1);
  });

  test.each([
    ['nobody could tell', SILENCE],
    ['too many were asked about', { kind: 'busy' } as const],
  ])('when %s is asked about', async (_, outcome) => {
    const { findOut } = stage();
    await findOut(outcome);
    expect(await findOut(VALID)).toEqual(VALID);
  });

  test('is asked about each time where nothing is to be kept', async () => {
    const { findOut, asked } = stage(0);
    for (const outcome of [VALID, INVALID, VALID]) expect(await findOut(outcome)).toEqual(outcome);
    expect(asked()).toBe(3);
  });

  test.each(['failing', 'open', 'trying'] as const)(
    'lets nobody in from memory while the service is %s, and tells of one that is known to be bad',
    async (state) => {
      const { findOut, turn } = stage();
      await findOut(VALID);
      await findOut(INVALID, 'bad');
      turn(state);
      expect(await findOut(SILENCE)).toEqual(SILENCE);
      expect(await findOut(SILENCE, 'bad')).toEqual(INVALID);
    },
  );
});

describe('an answer that must not be older than a moment', () => {
  test('is asked for where the kept one is older, and is kept for the others', async () => {
    const { find, findOut, answer, wait, asked } = stage();
    await findOut(VALID);
    wait(10);
    const fresh = find('token', 11);
    await answer(INVALID);
    expect(await fresh).toEqual({ outcome: INVALID, askedAt: 11 });
    expect(await findOut(VALID)).toEqual(INVALID);
    expect(asked()).toBe(2);
  });

  test('is not taken from a call that began before', async () => {
    const { find, answer, wait } = stage();
    const early = find();
    wait(10);
    const late = find('token', 11);
    await answer(INVALID, 1);
    expect((await late).outcome).toEqual(INVALID);
    await answer(VALID);
    expect((await early).outcome).toEqual(VALID);
    // What was found out later is what is kept.
    expect((await find()).outcome).toEqual(INVALID);
  });
});

describe('after a revocation', () => {
  test('the tokens of that user are asked about again, and those of others are not', async () => {
    const { findOut, revocations, asked } = stage();
    await findOut(VALID, 'of 7');
    await findOut(VALID, 'of 7 too');
    await findOut({ kind: 'valid', user: '8' }, 'of 8');
    revocations.revoke(['7']);
    for (const token of ['of 7', 'of 7 too']) expect(await findOut(INVALID, token)).toEqual(INVALID);
    expect(await findOut(INVALID, 'of 8')).toEqual({ kind: 'valid', user: '8' });
    expect(asked()).toBe(5);
  });

  test('of all, all tokens are asked about again', async () => {
    const { findOut, revocations } = stage();
    await findOut(VALID);
    revocations.revokeAll();
    expect(await findOut(INVALID)).toEqual(INVALID);
  });

  test('new answers are kept as ever', async () => {
    const { findOut, revocations, wait, asked } = stage();
    revocations.revoke(['7']);
    wait(1);
    await findOut(VALID);
    expect(await findOut(INVALID)).toEqual(VALID);
    expect(asked()).toBe(1);
  });

  test.each([
    ['of the user', (of: ReturnType<typeof stage>) => of.revocations.revoke(['7'])],
    ['of all', (of: ReturnType<typeof stage>) => of.revocations.revokeAll()],
  ])('%s during a call its answer counts for nothing, and the service is asked again', async (_, revoke) => {
    const staged = stage();
    const standings = [staged.find(), staged.find()];
    revoke(staged);
    staged.wait(1);
    await staged.answer(VALID);
    expect(staged.asked()).toBe(2);
    await staged.answer(INVALID);
    for (const { outcome } of await Promise.all(standings)) expect(outcome).toEqual(INVALID);
    expect(await staged.findOut(VALID)).toEqual(INVALID);
  });

  test('during each of two calls nobody gets in, and nobody is told that the token is bad', async () => {
    const { find, answer, revocations, wait } = stage();
    const standing = find();
    for (let i = 0; i < 2; i += 1) {
      revocations.revoke(['7']);
      wait(1);
      await answer(VALID);
    }
    expect(await standing).toMatchObject({ outcome: { kind: 'unavailable' } });
  });

  test('of another user during a call nothing is asked again', async () => {
    const { find, answer, revocations, asked } = stage();
    const standing = find();
    revocations.revoke(['8']);
    await answer(VALID);
    expect((await standing).outcome).toEqual(VALID);
    expect(asked()).toBe(1);
  });
});
