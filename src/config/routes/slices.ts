import { setImmediate as turn } from 'node:timers/promises';

/** Long work that may pause at each `yield`. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Longest time that messages wait for a slice of other work. */
const SLICE_MS = 10;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

export async function inSlices<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE_MS;
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (performance.now() < end);
    await turn();
  }
}
