import type { ResetReason } from './reset-reasons.ts';

/** Lets only so many read from Redis at once; who waits too long is turned away. */
export interface Semaphore {
  /** @returns what gives the place to the next one; nothing where there was none in time. */
  enter(): Promise<(() => void) | undefined>;
  waiting(): number;
}

const PATIENCE_MS = 5000;

export function createSemaphore(places: number): Semaphore {
  let taken = 0;
  const queue = new Set<() => void>();
  const leave = (): void => {
    taken -= 1;
    const [next] = queue;
    next?.();
  };
  const take = (): (() => void) => {
    taken += 1;
    return leave;
  };
  return {
    enter() {
      if (taken < places) return Promise.resolve(take());
      return new Promise((resolve) => {
        const turn = (): void => {
          clearTimeout(timer);
          queue.delete(turn);
          resolve(take());
        };
        const timer = setTimeout(() => {
          queue.delete(turn);
          resolve(undefined);
        }, PATIENCE_MS);
        queue.add(turn);
      });
    },
    waiting: () => queue.size,
  };
}

/** Thrown where a replay cannot be complete. */
export class ReplayIncomplete extends Error {
  readonly reason: ResetReason;

  constructor(reason: ResetReason) {
    super(reason);
    this.reason = reason;
  }
}
