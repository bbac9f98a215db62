import { describe, expect, test } from 'vitest';
import type { TokenAnswer } from '../../src/auth/authenticator.ts';
import { createBreaker } from '../../src/auth/breaker.ts';
import { createTokenCalls, type CallLimits, type CallOutcome } from '../../src/auth/token-calls.ts';
import { noting } from './checker.ts';

const VALID: TokenAnswer = { kind: 'valid', user: '7' };
const SILENCE: TokenAnswer = { kind: 'unavailable', cause: 'DEADLINE_EXCEEDED' };
const OPEN: CallOutcome = { kind: 'unavailable', cause: 'breaker open' };

/** Calls to a service that answers when it is told to, first come first served. */
function stage(limits: CallLimits = { calls: 2, waiting: 3, patience: 60_000 }) {
  let now = 0;
  let asked = '';
  const answers: ((answer: TokenAnswer) => void)[] = [];
  const breaker = createBreaker(() => now);
  const checker = {
    check(token: string): Promise<TokenAnswer> {
      asked += token;
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  const calls = createTokenCalls({ checker, breaker, limits });
  const ask = (token: string): Promise<CallOutcome> => calls.check(token, noting());
  return {
    ...calls,
    asked: () => asked,
    ask,
    /** One by one, tokens of a letter each. */
    askAll: (tokens: string): Promise<CallOutcome>[] => Array.from(tokens, ask),
    /** The oldest call that is open gets this answer, and all that follows from it happens. */
    async answer(answer: TokenAnswer): Promise<void> {
      answers.shift()?.(answer);
      await new Promise((resolve) => setImmediate(resolve));
    },
    wait: (ms: number) => void (now += ms),
  };
}

describe('calls to the auth service', () => {
  test('are so many at once; the next one begins when one ends, in the order in which they came', async () => {
    const { askAll, asked, answer, underWay, waiting } = stage();
    const outcomes = askAll('abcd');
    expect(asked()).toBe('ab');
    expect([underWay(), waiting()]).toEqual([2, 2]);
    await answer(VALID);
    expect(asked()).toBe('abc');
    await answer({ kind: 'invalid' });
    await answer(VALID);
    await answer(VALID);
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['valid', 'invalid', 'valid', 'valid']);
    expect([underWay(), waiting()]).toEqual([0, 0]);
  });

  test('for which too many wait are refused at once, and the door is closed until there is room', async () => {
    const { askAll, ask, closedBecause, answer } = stage();
    void askAll('abcd');
    expect(closedBecause()).toBeUndefined();
    void ask('e');
    expect(closedBecause()).toBe('auth-busy');
    expect(await ask('f')).toEqual({ kind: 'busy' });
    await answer(VALID);
    expect(closedBecause()).toBeUndefined();
  });

  test('that wait for too long are given up without having been made', async () => {
    const { askAll, ask, asked, answer, waiting } = stage({ calls: 2, waiting: 3, patience: 20 });
    const [first] = askAll('ab');
    expect(await ask('c')).toEqual({ kind: 'busy' });
    expect(waiting()).toBe(0);
    await answer(VALID);
    expect(await first).toEqual(VALID);
    expect(asked()).toBe('ab');
  });

  test('that fail by a throw make room all the same', async () => {
    const breaker = createBreaker();
    const checker = { check: () => Promise.reject(new Error('a fault')) };
    const calls = createTokenCalls({ checker, breaker, limits: { calls: 1, waiting: 1, patience: 1000 } });
    const outcomes = [calls.check('a', noting()), calls.check('b', noting())];
    expect((await Promise.allSettled(outcomes)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls.underWay()).toBe(0);
  });
});

describe('while the service does not answer', () => {
  /** Five calls one after the other that got no answer. */
  async function failing() {
    const staged = stage();
    for (let i = 0; i < 5; i += 1) {
      void staged.ask('x');
      await staged.answer(SILENCE);
    }
    return staged;
  }

  test('no call is made, and the door is closed', async () => {
    const { ask, asked, closedBecause } = await failing();
    expect(await ask('a')).toEqual(OPEN);
    expect(asked()).toBe('xxxxx');
    expect(closedBecause()).toBe('auth-unavailable');
  });

  test('whoever is waiting when that is found out is refused at once', async () => {
    const { askAll, answer, asked, waiting } = stage({ calls: 2, waiting: 9, patience: 60_000 });
    const outcomes = askAll('abcdefghi');
    for (let i = 0; i < 5; i += 1) await answer(SILENCE);
    expect(waiting()).toBe(0);
    // One more call was under way when the fifth failed.
    expect(asked()).toBe('abcdef');
    expect(await Promise.all(outcomes.slice(6))).toEqual([OPEN, OPEN, OPEN]);
  });

  test('only a few find it out, however many ask', async () => {
    const { askAll, answer, asked } = stage({ calls: 64, waiting: 99, patience: 60_000 });
    void askAll('a');
    await answer(SILENCE);
    void askAll('bcdefghijklm');
    expect(asked()).toBe('abcdef');
    await answer(VALID);
    expect(asked()).toBe('abcdefghijklm');
  });

  test('after the pause one call finds out, and all others wait for it', async () => {
    const { askAll, asked, wait, answer, closedBecause } = await failing();
    wait(1000);
    expect(closedBecause()).toBeUndefined();
    const outcomes = askAll('abc');
    expect(asked()).toBe('xxxxxa');
    expect(closedBecause()).toBe('auth-unavailable');
    await answer(VALID);
    expect(asked()).toBe('xxxxxabc');
    expect(closedBecause()).toBeUndefined();
    await answer(VALID);
    await answer(VALID);
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['valid', 'valid', 'valid']);
  });

  test('a call that finds no answer either closes the door again, and those who waited come again', async () => {
    const { askAll, asked, wait, answer, closedBecause } = await failing();
    wait(1000);
    const outcomes = askAll('abc');
    await answer(SILENCE);
    expect(await Promise.all(outcomes)).toEqual([SILENCE, OPEN, OPEN]);
    expect(asked()).toBe('xxxxxa');
    expect(closedBecause()).toBe('auth-unavailable');
  });
});
