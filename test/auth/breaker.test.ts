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
  test('is closed at first, and after four failures', () => {
    const { breaker, fail } = stage();
    expect(breaker.isOpen()).toBe(false);
    fail(4);
    expect(breaker.isOpen()).toBe(false);
  });

  test('opens with the fifth failure in a row, for a second', () => {
    const { breaker, fail, wait } = stage();
    fail(5);
    expect(breaker.isOpen()).toBe(true);
    wait(999);
    expect(breaker.isOpen()).toBe(true);
    wait(1);
    expect(breaker.isOpen()).toBe(false);
  });

  test('does not count failures with an answer between them', () => {
    const { breaker, fail } = stage();
    fail(4);
    breaker.record(true);
    fail(4);
    expect(breaker.isOpen()).toBe(false);
  });

  test('opens again with the next failure, each time for longer, up to five seconds', () => {
    const { breaker, fail, wait } = stage();
    fail(4);
    const pauses = Array.from({ length: 12 }, () => {
      fail(1);
      let pause = 0;
      while (breaker.isOpen()) pause = wait(100) && pause + 100;
      return pause;
    });
    expect(pauses.slice(0, 5)).toEqual([1000, 2000, 4000, 5000, 5000]);
    expect(Math.max(...pauses)).toBe(5000);
  });

  test('never stays open beyond five seconds, however many failures come at once', () => {
    const { breaker, fail, wait } = stage();
    fail(100_000);
    wait(5000);
    expect(breaker.isOpen()).toBe(false);
  });

  test('closes with the first answer, and begins anew', () => {
    const { breaker, fail } = stage();
    fail(50);
    breaker.record(true);
    expect(breaker.isOpen()).toBe(false);
    fail(4);
    expect(breaker.isOpen()).toBe(false);
  });
});
