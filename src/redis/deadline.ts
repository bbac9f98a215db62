/** Nothing came in time. */
export class DeadlineExceeded extends Error {
  constructor() {
    super('no answer');
    this.name = 'NoAnswer';
  }
}

const TICK_MS = 100;

/**
 * Acts once after so much time without progress.
 *
 * The time is counted in ticks of the event loop, not by the clock: when this process itself was stopped or busy, the
 * answer may lie in the socket unread. A stall counts as one tick, and what has come is read before it is missed.
 *
 * @returns what ends it.
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

/** Rejects with NoAnswer after so much time without an answer, or without progress where that can be seen. */
export async function withDeadline<T>(answer: Promise<T>, ms: number, progress: () => number = () => 0): Promise<T> {
  let stop = (): void => undefined;
  const missed = new Promise<never>((_, reject) => {
    stop = onSilence(ms, progress, () => reject(new DeadlineExceeded()));
  });
  try {
    return await Promise.race([answer, missed]);
  } finally {
    stop();
  }
}

/** Whether it came in time. */
export async function hasAnswer(answer: Promise<unknown>, ms: number): Promise<boolean> {
  try {
    await withDeadline(answer, ms);
    return true;
  } catch {
    return false;
  }
}
