import type { Redis } from 'ioredis';

/** XREAD on a connection of its own, which it may block. */
export interface BlockingReader {
  /** Waits about a second at most. @param id as Redis writes it. */
  read(key: string, id: string): Promise<unknown>;
  close(): void;
}

const BLOCK_MS = 1000;
/** More than that above the block, and the link is dead: nothing else would tell, and nothing would arrive for ever. */
const GRACE_MS = 1500;
const COUNT = 500;

/** @param redis a connection that nobody else uses. */
export function createBlockingReader(redis: Redis, failed: (error: Error) => void): BlockingReader {
  let lastError = 'the connection was closed';
  redis.on('error', (error: Error) => {
    lastError = error.message;
    failed(error);
  });
  redis.connect().catch((error: Error) => (lastError = error.message));

  return {
    read: (key, id) =>
      new Promise((resolve, reject) => {
        const end = (reason: string): void => {
          settle();
          reject(new Error(reason));
        };
        const closed = (): void => end(lastError);
        const deadline = setTimeout(() => {
          end(`no answer to XREAD within ${BLOCK_MS + GRACE_MS} ms`);
          redis.disconnect(true);
        }, BLOCK_MS + GRACE_MS);
        const settle = (): void => {
          clearTimeout(deadline);
          redis.off('close', closed);
          redis.off('ready', ask);
        };
        function ask(): void {
          redis
            .callBuffer('XREAD', 'COUNT', COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', key, id)
            .then(resolve, reject)
            .finally(settle);
        }
        redis.on('close', closed);
        if (redis.status === 'ready') ask();
        else redis.on('ready', ask);
      }),
    close: () => redis.disconnect(),
  };
}
