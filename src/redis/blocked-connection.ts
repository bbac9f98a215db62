import type { RedisClient } from './client.ts';
import { onSilence } from './patience.ts';
import { receivedBytes } from './progress.ts';

export interface Deadline {
  /** The command, for the log. */
  readonly what: string;
  /** Milliseconds without a byte. */
  readonly ms: number;
  readonly mostBytes: number;
}

/** An answer is longer than is kept in memory for it; the connection was ended. */
export class TooMuch extends Error {}

/**
 * Begins to ask once there is a connection. Rejects, and connects again, where no byte comes for a while, or too many do.
 */
export function withDeadline<T>(
  redis: RedisClient,
  { what, ms, mostBytes }: Deadline,
  lastError: () => string,
  ask: () => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let settled = false;
    let begun = receivedBytes(redis);
    const end = (error: Error, reconnect: boolean): void => {
      if (settled) return;
      settle();
      reject(error);
      if (reconnect) redis.disconnect(true);
    };
    const closed = (): void => end(new Error(lastError()), false);
    const received = (): number => {
      const bytes = receivedBytes(redis);
      if (bytes - begun > mostBytes) end(new TooMuch(`more than ${mostBytes} bytes in one answer`), true);
      return bytes;
    };
    const stopWatching = onSilence(ms, received, () => end(new Error(`no answer to ${what} within ${ms} ms`), true));
    const settle = (): void => {
      settled = true;
      stopWatching();
      redis.off('close', closed);
      redis.off('ready', send);
    };
    function send(): void {
      begun = receivedBytes(redis);
      ask().then(resolve, reject).finally(settle);
    }
    redis.on('close', closed);
    if (redis.status === 'ready') send();
    else redis.on('ready', send);
  });
}
