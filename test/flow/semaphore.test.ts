import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSemaphore } from '../../src/flow/semaphore.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a semaphore', () => {
  test('admits as many as it has slots, and the next one when a slot is freed', async () => {
    const semaphore = createSemaphore(2, Infinity);
    const first = await semaphore.acquire();
    await semaphore.acquire();
    const third = semaphore.acquire();
    expect(semaphore.waiting()).toBe(1);
    first?.();
    expect(await third).toBeTypeOf('function');
    expect(semaphore.waiting()).toBe(0);
  });

  test('refuses whatever waits longer than the longest wait', async () => {
    const semaphore = createSemaphore(1, 5000);
    await semaphore.acquire();
    const late = semaphore.acquire();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await late).toBeUndefined();
    expect(semaphore.waiting()).toBe(0);
  });

  test('frees a slot once, however often its function is called', async () => {
    const semaphore = createSemaphore(1, Infinity);
    const release = await semaphore.acquire();
    release?.();
    release?.();
    await semaphore.acquire();
    const second = semaphore.acquire();
    expect(semaphore.waiting()).toBe(1);
    await expect(Promise.race([second, Promise.resolve('waits')])).resolves.toBe('waits');
  });

  test('admits in the order of arrival and never more than its slots, whatever the order of releases', async () => {
    const steps = fc.array(fc.oneof(fc.constant('acquire' as const), fc.nat(9)), { maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (slots, all) => {
        const semaphore = createSemaphore(slots, Infinity);
        const admitted: number[] = [];
        const held: (() => void)[] = [];
        let arrived = 0;
        let released = 0;
        const enter = async (number: number): Promise<void> => {
          const release = await semaphore.acquire();
          admitted.push(number);
          if (release) held.push(release);
        };
        for (const step of all) {
          if (step === 'acquire') {
            void enter(arrived++);
          } else {
            const [release] = held.splice(step % Math.max(1, held.length), 1);
            if (release) released += 1;
            release?.();
          }
          await vi.advanceTimersByTimeAsync(0);
          expect(held.length).toBe(Math.min(slots, arrived - released));
          expect(semaphore.waiting()).toBe(arrived - released - held.length);
        }
        expect(admitted).toEqual(admitted.map((_, index) => index));
      }),
    );
  });
});
