import type { Redis } from 'ioredis';
import { onSilence } from './deadline.ts';
import { receivedBytes } from './received-bytes.ts';

export interface ReplyLimits {
  /** Name of the command, for the error. */
  readonly command: string;
  /** Milliseconds without a received byte. */
  readonly ms: number;
  /** Bytes of the reply. */
  readonly bytes: number;
}

/** A reply has more bytes than may be kept in memory. */
export class ReplyTooLarge extends Error {}

/**
 * Sends a command and bounds its reply. Rejects when no byte is received for too long, and when too many are; the connection
 * is then of no further use.
 */
export async function withReplyLimits<T>(redis: Redis, limits: ReplyLimits, send: () => Promise<T>): Promise<T> {
  const { command, ms, bytes: mostBytes } = limits;
  const before = receivedBytes(redis);
  let stop = (): void => undefined;
  const exceeded = new Promise<never>((_, reject) => {
    const received = (): number => {
      const bytes = receivedBytes(redis);
      if (bytes - before > mostBytes) reject(new ReplyTooLarge(`more than ${mostBytes} bytes in one reply`));
      return bytes;
    };
    stop = onSilence(ms, received, () => reject(new Error(`no answer to ${command} within ${ms} ms`)));
  });
  try {
    return await Promise.race([send(), exceeded]);
  } finally {
    stop();
  }
}
