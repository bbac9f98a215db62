import type { RedisClient } from './client.ts';

/** XREAD on a connection of its own, which it may block. */
export interface BlockingReader {
  /**
   * Waits about a second at most. Rejects where the connection was lost since the last time, too: it may be another server
   * by now.
   *
   * @param id as Redis writes it.
   */
  read(key: string, id: string): Promise<unknown>;
  close(): void;
}

const BLOCK_MS = 1000;
/** More than that above the block, and the link is dead: nothing else would tell, and nothing would arrive for ever. */
const GRACE_MS = 1500;
const COUNT = 500;

/** @param redis a connection that nobody else uses. */
export function createBlockingReader(redis: RedisClient, failed: (error: Error) => void): BlockingReader {
  let lastError = 'the connection was closed';
  let lost = false;
  redis.on('close', () => (lost = true));
  redis.on('error', (error: Error) => {
    lastError = error.message;
    failed(error);
  });
  redis.connect().catch((error: Error) => (lastError = error.message));

  async function ask(key: string, id: string): Promise<unknown> {
    if (lost) {
      lost = false;
      throw new Error(lastError);
    }
    return withDeadline(redis, () => lastError, ['COUNT', COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', key, id]);
  }

  return { read: ask, close: () => redis.disconnect() };
}

function withDeadline(redis: RedisClient, lastError: () => string, words: (string | number)[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (reason: string): void => {
      settle();
      reject(new Error(reason));
    };
    const closed = (): void => end(lastError());
    const deadline = setTimeout(() => {
      end(`no answer to XREAD within ${BLOCK_MS + GRACE_MS} ms`);
      redis.disconnect(true);
    }, BLOCK_MS + GRACE_MS);
    const settle = (): void => {
      clearTimeout(deadline);
      redis.off('close', closed);
      redis.off('ready', send);
    };
    function send(): void {
      redis
        .callBuffer('XREAD', ...words)
        .then(resolve, reject)
        .finally(settle);
    }
    redis.on('close', closed);
    if (redis.status === 'ready') send();
    else redis.on('ready', send);
  });
}
