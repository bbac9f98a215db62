import { setImmediate as turn } from 'node:timers/promises';

/** Long work with places to pause at, each `yield` one of them. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Messages wait no longer than this for work that is done beside them. */
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
