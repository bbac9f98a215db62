import type { Redis } from 'ioredis';
import { onSilence } from './deadline.ts';
import { receivedBytes } from './progress.ts';

export interface Deadline {
  /** The command, for the log. */
  readonly what: string;
  /** Milliseconds without a byte. */
  readonly ms: number;
  readonly mostBytes: number;
}

/** An answer is longer than is kept in memory for it. */
export class TooMuch extends Error {}

/** Rejects where no byte comes for a while, or too many do: then the connection is of no use any more. */
export async function withDeadline<T>(
  redis: Redis,
  { what, ms, mostBytes }: Deadline,
  ask: () => Promise<T>,
): Promise<T> {
  const begun = receivedBytes(redis);
  let stop = (): void => undefined;
  const missed = new Promise<never>((_, reject) => {
    const received = (): number => {
      const bytes = receivedBytes(redis);
      if (bytes - begun > mostBytes) reject(new TooMuch(`more than ${mostBytes} bytes in one answer`));
      return bytes;
    };
    stop = onSilence(ms, received, () => reject(new Error(`no answer to ${what} within ${ms} ms`)));
  });
  try {
    return await Promise.race([ask(), missed]);
  } finally {
    stop();
  }
}
