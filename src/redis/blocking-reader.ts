import type { StreamRead } from '../durable/store.ts';
import type { RedisClient } from './client.ts';
import { entriesRead, stateOrNone, valueOf, type EntryFields } from './stream-replies.ts';

/** XREAD on a connection of its own, which it may block. */
export interface BlockingReader {
  /**
   * Waits about a second at most. Rejects where the connection was lost since the last time, too: it may be another server
   * by now.
   *
   * @param id as Redis writes it.
   */
  read(id: string): Promise<StreamRead>;
  close(): void;
}

const BLOCK_MS = 1000;
/** More than that above the block, and the link is dead: nothing else would tell, and nothing would arrive for ever. */
const GRACE_MS = 1500;
const COUNT = 500;
/** Whoever asks again as soon as this has missed nothing: no stream is trimmed that fast. */
const AT_ONCE_MS = 20;

/** @param redis a connection that nobody else uses. */
export function createBlockingReader(
  redis: RedisClient,
  key: string,
  fields: EntryFields,
  failed: (error: Error) => void,
): BlockingReader {
  let lastError = 'the connection was closed';
  let lost = false;
  /** Until when trimming cannot have gone past what was read last. */
  let safeUntil = -Infinity;
  redis.on('close', () => {
    lost = true;
    safeUntil = -Infinity;
  });
  redis.on('error', (error: Error) => {
    lastError = error.message;
    failed(error);
  });
  redis.connect().catch((error: Error) => (lastError = error.message));

  async function ask(id: string): Promise<StreamRead> {
    const xread = ['COUNT', COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', key, id];
    if (performance.now() < safeUntil)
      return { entries: entriesRead(await redis.callBuffer('XREAD', ...xread), fields) };
    // In one write: Redis runs one right after the other.
    const both = redis
      .pipeline()
      .callBuffer('XINFO', 'STREAM', key)
      .callBuffer('XREAD', ...xread);
    const [info, reply] = (await both.exec()) ?? [];
    return { entries: entriesRead(valueOf(reply), fields), state: stateOrNone(info) };
  }

  return {
    async read(id) {
      if (lost) {
        lost = false;
        throw new Error(lastError);
      }
      const read = await withDeadline(
        redis,
        () => lastError,
        () => ask(id),
      );
      // One that left entries over may be where trimming is.
      safeUntil = read.entries.length < COUNT ? performance.now() + AT_ONCE_MS : -Infinity;
      return read;
    },
    close: () => redis.disconnect(),
  };
}

/** Begins to ask once there is a connection. */
function withDeadline<T>(redis: RedisClient, lastError: () => string, ask: () => Promise<T>): Promise<T> {
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
      ask().then(resolve, reject).finally(settle);
    }
    redis.on('close', closed);
    if (redis.status === 'ready') send();
    else redis.on('ready', send);
  });
}
