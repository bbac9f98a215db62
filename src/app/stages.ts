import { setTimeout as pause } from 'node:timers/promises';

/** A part of the program that is started and stopped in its turn. */
export interface Stage {
  readonly name: string;
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
  /** Milliseconds that its stop is given. What is not stopped by then is left behind, so that stopping always ends. */
  readonly stopWithin?: number;
}

const STOP_WITHIN_MS = 2500;

/**
 * Starts from first to last and returns what stops them from last to first. Where a start fails, what had been started
 * is stopped again and the error thrown on.
 * @param failed told of a stop that threw or took too long; the next one follows all the same.
 */
export async function startInOrder(
  stages: readonly Stage[],
  failed: (stage: string, error: unknown) => void,
): Promise<() => Promise<void>> {
  const started: Stage[] = [];
  const stop = async (): Promise<void> => {
    for (const stage of started.splice(0).toReversed()) {
      try {
        await withDeadline(stage);
      } catch (error) {
        failed(stage.name, error);
      }
    }
  };
  try {
    for (const stage of stages) {
      started.push(stage);
      await stage.start?.();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

async function withDeadline({ stop, stopWithin = STOP_WITHIN_MS }: Stage): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([
      stop?.(),
      pause(stopWithin, undefined, { signal: late.signal }).then(() => {
        throw new Error(`not stopped within ${stopWithin} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}
