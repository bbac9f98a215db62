import { describe, expect, test } from 'vitest';
import { createBreaker } from '../../src/auth/breaker.ts';

/** A breaker whose clock goes by `wait` alone. */
function stage() {
  let now = 0;
  const breaker = createBreaker(() => now);
  return {
    breaker,
    wait: (ms: number) => (now += ms),
    fail: (times: number) => {
      for (let i = 0; i < times; i += 1) breaker.record(false);
    },
  };
}

describe('the breaker', () => {
  test('is healthy at first, and failing after one to four missing answers', () => {
    const { breaker, fail } = stage();
    expect(breaker.state()).toBe('healthy');
    fail(1);
    expect(breaker.state()).toBe('failing');
    fail(3);
    expect(breaker.state()).toBe('failing');
  });

  test('opens with the fifth failure in a row, for a second, and then lets one try', () => {
    const { breaker, fail, wait } = stage();
    fail(5);
    expect(breaker.state()).toBe('open');
    wait(999);
    expect(breaker.state()).toBe('open');
    wait(1);
    expect(breaker.state()).toBe('trying');
  });

  test('does not count failures with an answer between them', () => {
    const { breaker, fail } = stage();
    fail(4);
    breaker.record(true);
    fail(4);
    expect(breaker.state()).toBe('failing');
  });

  test('opens again with the next failure, each time for longer, up to five seconds', () => {
    const { breaker, fail, wait } = stage();
    fail(4);
    const pauses = Array.from({ length: 12 }, () => {
      fail(1);
      let pause = 0;
      while (breaker.state() === 'open') pause = wait(100) && pause + 100;
      return pause;
    });
    expect(pauses.slice(0, 5)).toEqual([1000, 2000, 4000, 5000, 5000]);
    expect(Math.max(...pauses)).toBe(5000);
  });

  test('is not kept open for longer by calls that were under way when it opened', () => {
    const { breaker, fail, wait } = stage();
    fail(64);
    wait(1000);
    expect(breaker.state()).toBe('trying');
  });

  test('is healthy with the first answer, and begins anew', () => {
    const { breaker, fail } = stage();
    fail(50);
    breaker.record(true);
    expect(breaker.state()).toBe('healthy');
    fail(4);
    expect(breaker.state()).toBe('failing');
  });
});
