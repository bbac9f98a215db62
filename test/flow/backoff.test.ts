import { expect, test } from 'vitest';
import { exponentialBackoff, jittered } from '../../src/flow/backoff.ts';

test.each([
  [0, 100],
  [1, 200],
  [2, 400],
  [4, 1600],
  [5, 2000],
  [5000, 2000],
])('after %d failures the pause is %d ms', (failures, ms) => {
  expect(exponentialBackoff({ shortest: 100, longest: 2000 }, failures)).toBe(ms);
});

test.each([
  [0, 750],
  [0.5, 1000],
  [1, 1250],
])('jitter of %d makes %d ms of a second', (random, ms) => {
  expect(jittered(1000, () => random)).toBe(ms);
});
