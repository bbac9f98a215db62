import { setTimeout as pause } from 'node:timers/promises';
import type { StreamRead } from '../durable/store.ts';
import { toRedisId } from '../durable/position.ts';
import type { RedisClient } from './client.ts';
import { entriesIn, entriesRead, stateOrNone, valueOf, type EntryFields } from './stream-replies.ts';

/** XREAD on a connection of its own, which it may block. */
export interface BlockingReader {
  /**
   * Waits about a second at most. Rejects where the connection was lost since the last time, too: it may be another server
   * by now.
   */
  read(id: string): Promise<StreamRead>;
  close(): void;
}

const BLOCK_MS = 1000;
/** More than that above the block, and the link is dead: nothing else would tell, and nothing would arrive for ever. */
const GRACE_MS = 1500;
const COUNT = 500;
/** Before the next read, after one that brought something: so a burst is read in one piece, and sent in one write to each. */
const GATHER_MS = 2;
/** Entries in one read, after which the next one need not wait for any. */
const RUSH = 8;

/** @param redis a connection that nobody else uses. */
export function createBlockingReader(
  redis: RedisClient,
  key: string,
  fields: EntryFields,
  failed: (error: Error) => void,
): BlockingReader {
  let lastError = 'the connection was closed';
  let lost = false;
  let brought = 0;
  redis.on('close', () => (lost = true));
  redis.on('error', (error: Error) => {
    lastError = error.message;
    failed(error);
  });
  redis.connect().catch((error: Error) => (lastError = error.message));

  async function ask(id: string): Promise<StreamRead> {
    const from = toRedisId(id);
    // XREAD is answered with the first entry alone. The rest of a burst is there when XRANGE runs, right after. In a rush
    // there is something anyway.
    const woken = brought < RUSH && redis.callBuffer('XREAD', 'COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', key, from);
    const [reply] = await Promise.all([redis.callBuffer('XRANGE', key, from, '+', 'COUNT', COUNT + 1), woken]);
    const entries = entriesIn(reply, fields);
    // Something keeps answers alive until the next full collection of garbage; copying them costs more than all else.
    if (Array.isArray(reply)) reply.length = 0;
    // The entry that was read last is still there, so none behind it was trimmed.
    if (entries[0]?.id === id) return { entries: entries.slice(1) };
    return askWithState(from);
  }

  /** Redis runs one right after the other, with nothing between. */
  async function askWithState(from: string): Promise<StreamRead> {
    const both = redis
      .pipeline()
      .callBuffer('XINFO', 'STREAM', key)
      .callBuffer('XREAD', 'COUNT', COUNT, 'STREAMS', key, from);
    const [info, reply] = (await both.exec()) ?? [];
    return { entries: entriesRead(valueOf(reply), fields), state: stateOrNone(info) };
  }

  return {
    async read(id) {
      if (brought > 0) await pause(GATHER_MS);
      if (lost) {
        lost = false;
        throw new Error(lastError);
      }
      const read = await withDeadline(
        redis,
        () => lastError,
        () => ask(id),
      );
      brought = read.entries.length;
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
