import { describe, expect, test } from 'vitest';
import { rateInDigits, ratePerSecond, withAnswer, type History } from '../../console/src/routes/rates.ts';
import type { ActivityAnswer } from '../../src/admin/api.ts';

const START = Date.parse('2026-11-22T10:00:00Z');

function answer(second: number, received: number): ActivityAnswer {
  const at = new Date(START + second * 1000).toISOString();
  const trades = { received, delivered: received, notHere: 0, passedOver: 0, recipients: received, drops: [] };
  return { at, connections: 0, users: 0, ready: true, problems: [], routes: { trades } };
}

function history(...answers: readonly [second: number, received: number][]): History {
  return answers.reduce<History>((before, [second, received]) => withAnswer(before, answer(second, received)), []);
}

describe('the rate of a route', () => {
  test('is not known before the second answer', () => {
    expect(ratePerSecond(history([0, 5]), 'trades')).toBeUndefined();
  });

  test('is that of the last ten seconds', () => {
    expect(ratePerSecond(history([0, 0], [2, 10]), 'trades')).toBe(5);
    expect(ratePerSecond(history([0, 0], [2, 1000], [10, 1010], [12, 1020]), 'trades')).toBe(2);
  });

  test('starts again where counts start again: after a restart, or at another instance', () => {
    expect(ratePerSecond(history([0, 500], [2, 3]), 'trades')).toBeUndefined();
    expect(ratePerSecond(history([0, 500], [2, 3], [4, 7]), 'trades')).toBe(2);
  });

  test('of a route that came by a reload counts from zero', () => {
    const { routes: _, ...rest } = answer(0, 0);
    const before: History = [{ ...rest, routes: {} }];
    expect(ratePerSecond(withAnswer(before, answer(2, 4)), 'trades')).toBe(2);
  });

  test.each([
    [0, '0'],
    [0.333, '0.3'],
    [12.6, '13'],
    [1234.5, '1,235'],
  ])('%d is shown as %s', (rate, shown) => {
    expect(rateInDigits(rate)).toBe(shown);
  });
});
