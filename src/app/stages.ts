import { setTimeout as pause } from 'node:timers/promises';

/** A part of the program that is started and stopped in order. */
export interface Stage {
  readonly name: string;
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
  /** Milliseconds that its stop may take. A stage that has not stopped by then is skipped, so that stopping always ends. */
  readonly stopWithin?: number;
}

const STOP_WITHIN_MS = 2500;

/**
 * Starts the stages from first to last. If a start fails, stops the started stages and rejects with its error.
 *
 * @param failed called for a stop that threw or took too long; the next stage is stopped regardless.
 * @returns a function that stops the stages from last to first.
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
