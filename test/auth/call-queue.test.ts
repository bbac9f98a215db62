import { describe, expect, test } from 'vitest';
import type { TokenAnswer } from '../../src/auth/token-answer.ts';
import { createBreaker } from '../../src/auth/breaker.ts';
import { createCallQueue, type CallLimits, type CallOutcome } from '../../src/auth/call-queue.ts';
import { recordingTrace } from './checker.ts';

const VALID: TokenAnswer = { kind: 'valid', identity: { user: '7' } };
const SILENCE: TokenAnswer = { kind: 'unavailable', cause: 'DEADLINE_EXCEEDED' };
const OPEN: CallOutcome = { kind: 'unavailable', cause: 'breaker open' };

/** Calls to a service whose answers the test gives, in the order of the calls. */
function stage(limits: CallLimits = { calls: 2, waiting: 3, maxWait: 60_000 }) {
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
  const calls = createCallQueue({ checker, breaker, limits });
  const ask = (token: string, network = '192.0.2.1'): Promise<CallOutcome> =>
    calls.check({ token, key: token, network }, recordingTrace());
  return {
    ...calls,
    asked: () => asked,
    ask,
    /** One call for each letter, which is the token. */
    askAll: (tokens: string): Promise<CallOutcome>[] => Array.from(tokens, (token) => ask(token)),
    /** Answers the oldest open call, and waits for what follows. */
    async answer(answer: TokenAnswer): Promise<void> {
      answers.shift()?.(answer);
      await new Promise((resolve) => setImmediate(resolve));
    },
    wait: (ms: number) => void (now += ms),
  };
}

describe('calls to the auth service', () => {
  test('are limited; the next one begins when one ends, in the order of arrival', async () => {
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

  test('are refused immediately while too many wait, and closedBecause says so until there is room', async () => {
    const { askAll, ask, closedBecause, answer } = stage();
    void askAll('abcd');
    expect(closedBecause()).toBeUndefined();
    void ask('e');
    expect(closedBecause()).toBe('auth-busy');
    expect(await ask('f')).toEqual({ kind: 'busy' });
    await answer(VALID);
    expect(closedBecause()).toBeUndefined();
  });

  test('that wait for too long are refused without having been made', async () => {
    const { askAll, ask, asked, answer, waiting } = stage({ calls: 2, waiting: 3, maxWait: 20 });
    const [first] = askAll('ab');
    expect(await ask('c')).toEqual({ kind: 'busy' });
    expect(waiting()).toBe(0);
    await answer(VALID);
    expect(await first).toEqual(VALID);
    expect(asked()).toBe('ab');
  });

  test('that throw free their slot, too', async () => {
    const breaker = createBreaker();
    const checker = { check: () => Promise.reject(new Error('a fault')) };
    const calls = createCallQueue({ checker, breaker, limits: { calls: 1, waiting: 1, maxWait: 1000 } });
    const outcomes = ['a', 'b'].map((token) => calls.check({ token, key: token, network: '' }, recordingTrace()));
    expect((await Promise.allSettled(outcomes)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls.underWay()).toBe(0);
  });
});

describe('calls of several networks', () => {
  test('take turns, so that a crowd in one network delays no other network', async () => {
    const { askAll, ask, asked, answer } = stage({ calls: 2, waiting: 99, maxWait: 60_000 });
    void askAll('abcdef');
    void ask('x', '198.51.100.1');
    void ask('y', '203.0.113.1');
    for (let i = 0; i < 6; i += 1) await answer(VALID);
    expect(asked()).toBe('abcxydef');
  });

  test('have room, however many calls of one network are unanswered', async () => {
    const { askAll, ask, asked, answer } = stage({ calls: 64, waiting: 99, maxWait: 60_000 });
    void askAll('a');
    await answer(SILENCE);
    void askAll('bcdefghijklmnopqrstuvwxyz');
    expect(asked()).toBe('abcdefghi');
    void ask('!', '198.51.100.1');
    expect(asked()).toBe('abcdefghi!');
  });
});

describe('while the service does not answer', () => {
  /** Five unanswered tokens of two networks, one after the other. */
  async function failing(limits?: CallLimits) {
    const staged = stage(limits);
    for (const [n, token] of Array.from('vwxyz').entries()) {
      void staged.ask(token, n === 4 ? '198.51.100.1' : '192.0.2.1');
      await staged.answer(SILENCE);
    }
    return staged;
  }

  test('no call is made, and closedBecause says so', async () => {
    const { ask, asked, closedBecause } = await failing();
    expect(await ask('a')).toEqual(OPEN);
    expect(asked()).toBe('vwxyz');
    expect(closedBecause()).toBe('auth-unavailable');
  });

  test('calls that wait are refused as soon as the outage is found', async () => {
    const { ask, answer, waiting } = stage({ calls: 2, waiting: 9, maxWait: 60_000 });
    const outcomes = Array.from('abcdefghi', (token, n) => ask(token, `192.0.2.${n}`));
    for (let i = 0; i < 5; i += 1) await answer(SILENCE);
    expect(waiting()).toBe(0);
    // One more call was under way when the fifth failed.
    expect(await Promise.all(outcomes.slice(6))).toEqual([OPEN, OPEN, OPEN]);
  });

  test('a few calls of a network find the outage, however many clients connect', async () => {
    const { askAll, answer, asked } = stage({ calls: 64, waiting: 99, maxWait: 60_000 });
    void askAll('a');
    await answer(SILENCE);
    void askAll('bcdefghijklmnopqrstuvwxyz');
    expect(asked()).toHaveLength(9);
    await answer(VALID);
    expect(asked()).toHaveLength(26);
  });

  test('a few calls find the outage, however many networks connect', async () => {
    const { ask, answer, asked } = stage({ calls: 64, waiting: 99, maxWait: 60_000 });
    void ask('a');
    await answer(SILENCE);
    for (const [n, token] of Array.from('bcdefghijklmnopqrstuvwxyz').entries()) void ask(token, `203.0.113.${n}`);
    expect(asked()).toHaveLength(11);
  });

  test('after the pause one trial call of each network is made, and all others wait for it', async () => {
    const { askAll, ask, asked, wait, answer, closedBecause } = await failing();
    wait(1000);
    expect(closedBecause()).toBeUndefined();
    const outcomes = askAll('abc');
    expect(asked()).toBe('vwxyza');
    outcomes.push(ask('!', '203.0.113.1'));
    expect(asked()).toBe('vwxyza!');
    await answer(VALID);
    expect(asked()).toBe('vwxyza!b');
    await answer(VALID);
    await answer(VALID);
    await answer(VALID);
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['valid', 'valid', 'valid', 'valid']);
  });

  test('while five trial calls are under way closedBecause refuses new clients', async () => {
    const { ask, wait, closedBecause } = await failing({ calls: 64, waiting: 9, maxWait: 60_000 });
    wait(1000);
    for (let i = 0; i < 5; i += 1) {
      expect(closedBecause()).toBeUndefined();
      void ask(`a${i}`, `203.0.113.${i}`);
    }
    expect(closedBecause()).toBe('auth-unavailable');
  });

  test('unanswered trials of two networks open the breaker again, and the waiting calls are refused', async () => {
    const { askAll, ask, asked, wait, answer, closedBecause } = await failing();
    wait(1000);
    const outcomes = [...askAll('abc'), ask('!', '203.0.113.1')];
    await answer(SILENCE);
    expect(closedBecause()).toBeUndefined();
    await answer(SILENCE);
    expect(await Promise.all(outcomes)).toEqual([SILENCE, OPEN, OPEN, SILENCE]);
    expect(asked()).toBe('vwxyza!');
    expect(closedBecause()).toBe('auth-unavailable');
  });

  test('an answer of any kind is no sign of an outage', async () => {
    const { ask, answer, closedBecause, asked } = stage();
    for (let i = 0; i < 20; i += 1) {
      void ask(String.fromCharCode(65 + i), `192.0.2.${i}`);
      const refusal: TokenAnswer = { kind: 'unavailable', cause: 'PERMISSION_DENIED', answered: true };
      await answer(i % 2 ? { kind: 'no-user-id' } : refusal);
      expect(closedBecause()).toBeUndefined();
    }
    expect(asked()).toHaveLength(20);
  });
});
