/** No answer arrived in time. */
export class DeadlineExceeded extends Error {
  constructor() {
    super('no answer');
    this.name = 'DeadlineExceeded';
  }
}

const TICK_MS = 100;

/**
 * Calls `act` once after so much time without progress.
 *
 * The time is counted in ticks of the event loop, not by the clock: when this process itself was stopped or busy, the
 * answer may be in the socket, unread. A stall counts as one tick, and what has arrived is read before `act` is called.
 *
 * @returns a function that ends it.
 */
export function onSilence(ms: number, progress: () => number, act: () => void): () => void {
  let ticks = 0;
  let last = progress();
  let immediate: NodeJS.Immediate | undefined;
  const timer = setInterval(() => {
    const now = progress();
    ticks = now === last ? ticks + 1 : 0;
    last = now;
    if (ticks < ms / TICK_MS) return;
    clearInterval(timer);
    immediate = setImmediate(act);
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    clearImmediate(immediate);
  };
}

/**
 * Rejects with DeadlineExceeded after `ms` milliseconds without an answer.
 *
 * @param progress a count, such as received bytes: the time starts again when it changes.
 */
export async function withDeadline<T>(answer: Promise<T>, ms: number, progress: () => number = () => 0): Promise<T> {
  let stop = (): void => undefined;
  const exceeded = new Promise<never>((_, reject) => {
    stop = onSilence(ms, progress, () => reject(new DeadlineExceeded()));
  });
  try {
    return await Promise.race([answer, exceeded]);
  } finally {
    stop();
  }
}

/** True if the answer arrived within `ms` milliseconds and is no error. */
export async function isAnsweredWithin(answer: Promise<unknown>, ms: number): Promise<boolean> {
  try {
    await withDeadline(answer, ms);
    return true;
  } catch {
    return false;
  }
}
