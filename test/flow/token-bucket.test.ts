import { expect, test } from 'vitest';
import { TokenBucket } from '../../src/flow/token-bucket.ts';

function bucketAt(perSecond: number, burst: number) {
  let now = 0;
  const bucket = new TokenBucket(perSecond, burst, () => now);
  const passing = (count: number): number => Array.from({ length: count }, () => bucket.take()).filter(Boolean).length;
  return { bucket, passing, wait: (ms: number) => void (now += ms) };
}

test('a burst passes, and then the rate per second', () => {
  const { passing, wait } = bucketAt(10, 25);
  expect(passing(100)).toBe(25);
  wait(1000);
  expect(passing(100)).toBe(10);
  wait(50);
  expect(passing(100)).toBe(0);
  wait(50);
  expect(passing(100)).toBe(1);
});

test('time without use fills the bucket up to one burst', () => {
  const { passing, wait } = bucketAt(10, 25);
  wait(3_600_000);
  expect(passing(100)).toBe(25);
});

test('a refusal takes no token', () => {
  const { passing, wait } = bucketAt(10, 10);
  passing(10);
  for (let turn = 0; turn < 100; turn += 1) {
    wait(10);
    passing(5);
  }
  wait(100);
  expect(passing(1)).toBe(1);
});

test('a debt is refilled before anything passes again', () => {
  const { bucket, passing, wait } = bucketAt(10, 20);
  expect(bucket.take(25)).toBe(true);
  bucket.charge(5);
  wait(1000);
  expect(passing(5)).toBe(0);
  wait(200);
  expect(passing(5)).toBe(2);
});
