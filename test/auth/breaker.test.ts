import { describe, expect, test } from 'vitest';
import { createBreaker, type Breaker, type CallResult } from '../../src/auth/breaker.ts';

const [HERE, THERE, ELSEWHERE] = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];

/** A breaker whose clock only `wait` advances. */
function stage() {
  let now = 0;
  const breaker = createBreaker(() => now);
  const call = (key: string, network: string, result: CallResult, askedAt = now): void => {
    breaker.started({ key, network });
    breaker.ended({ key, network }, result, askedAt);
  };
  return {
    breaker,
    call,
    fail: (key: string, network = HERE) => call(key, network, 'unanswered'),
    answer: (key = 'answered', network = HERE) => call(key, network, 'answered'),
    wait: (ms: number) => void (now += ms),
  };
}

/** A breaker that was opened by five unanswered tokens of two networks. */
function opened() {
  const staged = stage();
  for (const [n, network] of [HERE, HERE, HERE, HERE, THERE].entries()) staged.fail(`t${n}`, network);
  return staged;
}

const decide = (breaker: Breaker, key: string, network = HERE) => breaker.decide({ key, network });

describe('the breaker opens', () => {
  test('with the fifth token without an answer, if two networks sent them', () => {
    const { breaker, fail } = stage();
    expect(breaker.state()).toBe('healthy');
    for (const token of ['a', 'b', 'c', 'd']) {
      fail(token);
      expect(breaker.state()).toBe('failing');
    }
    fail('e', THERE);
    expect(breaker.state()).toBe('open');
    expect(decide(breaker, 'f')).toBe('refuse');
  });

  test('if one network sent them, ten seconds after the first unanswered call about a token that was valid before', () => {
    const { breaker, call, fail, wait } = stage();
    call('good', HERE, 'valid');
    for (const token of ['a', 'b', 'c', 'd']) fail(token);
    wait(5000);
    fail('good');
    wait(9999);
    fail('good');
    expect(breaker.state()).toBe('failing');
    wait(1);
    fail('a');
    expect(breaker.state()).toBe('open');
  });

  test('for a second, and is then half-open', () => {
    const { breaker, wait } = opened();
    wait(999);
    expect(breaker.state()).toBe('open');
    wait(1);
    expect(breaker.state()).toBe('half-open');
  });
});

describe('the breaker does not open', () => {
  test.each([
    ['with one token from any network', 1, [HERE, THERE, ELSEWHERE]],
    ['with four tokens', 4, [HERE, THERE, ELSEWHERE]],
    ['with a thousand tokens of one network', 1000, [HERE]],
  ])('%s', (_, tokens, networks) => {
    const { breaker, fail, wait } = stage();
    for (let i = 0; i < 3000; i += 1) {
      fail(`t${i % tokens}`, networks[i % networks.length]);
      wait(100);
    }
    expect(breaker.state()).toBe('failing');
  });

  test('if any call was answered in between', () => {
    const { breaker, fail, answer } = stage();
    for (const token of ['a', 'b', 'c', 'd']) fail(token);
    answer('bad token', ELSEWHERE);
    expect(breaker.state()).toBe('healthy');
    for (const token of ['e', 'f', 'g', 'h']) fail(token, THERE);
    expect(breaker.state()).toBe('failing');
  });

  test('if a valid token is answered within ten seconds', () => {
    const { breaker, call, fail, wait } = stage();
    call('good', HERE, 'valid');
    for (let i = 0; i < 100; i += 1) {
      fail(`t${i}`);
      if (i % 30 === 29) fail('good');
      if (i % 30 === 29) call('good', HERE, 'valid');
      wait(300);
    }
    expect(breaker.state()).toBe('failing');
  });

  test('by failures of a valid token and of others an hour apart', () => {
    const { breaker, call, fail, wait } = stage();
    call('good', HERE, 'valid');
    fail('good');
    wait(3_600_000);
    for (const token of ['a', 'b', 'c', 'd', 'e']) fail(token);
    expect(breaker.state()).toBe('failing');
  });
});

describe('when the pause is over', () => {
  test('one trial call of each network is made, five in all, and the first answer closes it', () => {
    const { breaker, wait, answer } = opened();
    wait(2000);
    const networks = [HERE, THERE, ELSEWHERE, '192.0.2.4', '192.0.2.5'];
    for (const [n, network] of networks.entries()) {
      expect(decide(breaker, `new${n}`, network)).toBe('call');
      breaker.started({ key: `new${n}`, network });
      expect(decide(breaker, 'another', network)).toBe('wait');
    }
    expect(breaker.hasEnoughTrials()).toBe(true);
    expect(decide(breaker, 'another', '192.0.2.6')).toBe('wait');
    answer('new0', HERE);
    expect(breaker.state()).toBe('healthy');
    expect(decide(breaker, 'another', '192.0.2.6')).toBe('call');
  });

  test('a token that failed is no trial for two seconds', () => {
    const { breaker, wait } = opened();
    wait(1999);
    expect(decide(breaker, 't4', THERE)).toBe('refuse');
    expect(decide(breaker, 'new', THERE)).toBe('call');
    wait(1);
    expect(decide(breaker, 't4', THERE)).toBe('call');
  });

  test('a network whose trial failed waits, and delays no other network', () => {
    const { breaker, wait, fail, answer } = opened();
    wait(1000);
    for (let i = 0; i < 50; i += 1) {
      if (decide(breaker, `bad${i}`) === 'call') fail(`bad${i}`);
      expect(decide(breaker, `bad again ${i}`)).toBe('refuse');
      expect(decide(breaker, `good${i}`, THERE)).toBe('call');
      wait(100);
    }
    answer('good', THERE);
    expect(breaker.state()).toBe('healthy');
  });

  test('a token that was valid before may be a trial, whatever its network did', () => {
    const { breaker, call, fail, wait } = stage();
    call('good', HERE, 'valid');
    for (const [n, network] of [HERE, HERE, HERE, HERE, THERE].entries()) fail(`t${n}`, network);
    wait(1000);
    fail('bad');
    expect(decide(breaker, 'unknown')).toBe('refuse');
    expect(decide(breaker, 'good')).toBe('call');
    call('good', HERE, 'valid');
    expect(breaker.state()).toBe('healthy');
  });

  test.each([
    [
      'two networks',
      (staged: ReturnType<typeof stage>, n: number) => (staged.fail(`a${n}`), staged.fail(`b${n}`, THERE)),
    ],
    ['a token that was valid before', (staged: ReturnType<typeof stage>) => staged.fail('good')],
  ])('it opens again with failed trials of %s, each time for longer, up to five seconds', (_, trials) => {
    const staged = stage();
    staged.call('good', HERE, 'valid');
    for (const [n, network] of [HERE, HERE, HERE, HERE, THERE].entries()) staged.fail(`t${n}`, network);
    const pauses = Array.from({ length: 6 }, (__, n) => {
      let pause = 0;
      for (; staged.breaker.state() === 'open'; pause += 100) staged.wait(100);
      trials(staged, n);
      return pause;
    });
    expect(pauses[0]).toBe(1000);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(5000);
  });

  test('calls that were under way when it opened do not count', () => {
    const { breaker, call, wait } = opened();
    wait(1500);
    for (let i = 0; i < 64; i += 1) call(`old${i}`, i % 2 ? HERE : THERE, 'unanswered', 900);
    expect(breaker.state()).toBe('half-open');
    expect(decide(breaker, 'new')).toBe('call');
  });
});
