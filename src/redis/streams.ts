import { randomBytes } from 'node:crypto';
import type { ChainableCommander } from 'ioredis';
import { toRedisId } from '../durable/position.ts';
import type { StreamStore } from '../durable/store.ts';
import { createBlockingReader } from './blocking-reader.ts';
import { createClient, type RedisClient } from './client.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { RedisEvents } from './subscriber.ts';
import type { RedisTarget } from './topology.ts';
import { entriesIn, idsIn, stateOrNone, valueOf, type EntryFields, type Reply } from './stream-replies.ts';

/** Streams of one Redis: a connection for commands that all share, and one more for each that is read. */
export interface RedisStreams {
  /** Begins to connect. */
  open(key: string, fields: EntryFields): StreamStore;
  close(): void;
}

const ANSWER_TIMEOUT = 2000;
/** In the same slot of a cluster as the stream, for people who look: each command has one key. */
const epochKey = (key: string): string => `gw:epoch:{${key}}`;
/** Compare and set: of several instances that want a new epoch one wins, and all have the same. */
const ROTATE = `local now = redis.call('GET', KEYS[1])
if now == ARGV[1] or not now then redis.call('SET', KEYS[1], ARGV[2]) return ARGV[2] end
return now`;

export function createRedisStreams(target: RedisTarget, events: RedisEvents): RedisStreams {
  const redis = createClient(target, 'websocket-gateway-commands', ANSWER_TIMEOUT);
  redis.on('error', (error: Error) => events.connectFailed(error));
  const heartbeat = createHeartbeat(redis, () => redis.disconnect(true));
  let opened = false;

  function connect(): void {
    if (opened) return;
    opened = true;
    heartbeat.start();
    // A first attempt that fails is told by the error event and followed by the next like any other.
    redis.connect().catch(() => undefined);
  }

  return {
    open(key, fields) {
      connect();
      const blocked = createClient(target, 'websocket-gateway-stream');
      return createStore(redis, key, fields, createBlockingReader(blocked, key, fields, events.connectFailed));
    },
    close() {
      heartbeat.stop();
      redis.disconnect();
    },
  };
}

function createStore(
  redis: RedisClient,
  key: string,
  fields: EntryFields,
  reader: ReturnType<typeof createBlockingReader>,
): StreamStore {
  const newEpoch = (): string => randomBytes(9).toString('base64url');
  return {
    async last(count, upTo) {
      const end = upTo === undefined ? '+' : toRedisId(upTo);
      const [rows, info] = await transaction(redis, (multi) =>
        multi.callBuffer('XREVRANGE', key, end, '-', 'COUNT', count).callBuffer('XINFO', 'STREAM', key),
      );
      return { entries: entriesIn(valueOf(rows), fields).toReversed(), state: stateOrNone(info) };
    },
    async page(id, count) {
      const [first, rows] = await transaction(redis, (multi) =>
        multi
          .callBuffer('XRANGE', key, '-', '+', 'COUNT', 1)
          .callBuffer('XRANGE', key, `(${toRedisId(id)}`, '+', 'COUNT', count),
      );
      const [firstId] = idsIn(valueOf(first));
      return { entries: entriesIn(valueOf(rows), fields), ...(firstId !== undefined && { first: firstId }) };
    },
    async state() {
      const [info] = await transaction(redis, (multi) => multi.callBuffer('XINFO', 'STREAM', key));
      return stateOrNone(info);
    },
    async ids(from, to, count) {
      await ready(redis);
      return idsIn(await redis.callBuffer('XRANGE', key, toRedisId(from), toRedisId(to), 'COUNT', count));
    },
    async epoch() {
      await ready(redis);
      await redis.set(epochKey(key), newEpoch(), 'NX');
      return String(await redis.get(epochKey(key)));
    },
    async rotateEpoch(old) {
      await ready(redis);
      return String(await redis.eval(ROTATE, 1, epochKey(key), old, newEpoch()));
    },
    async trim(limit) {
      await ready(redis);
      if ('entries' in limit) await redis.xtrim(key, 'MAXLEN', '~', limit.entries);
      else await redis.xtrim(key, 'MINID', '~', Math.trunc(limit.before));
    },
    read: (id) => reader.read(toRedisId(id)),
    close: () => reader.close(),
  };
}

async function transaction(
  redis: RedisClient,
  add: (multi: ChainableCommander) => ChainableCommander,
): Promise<Reply[]> {
  await ready(redis);
  const replies = await add(redis.multi()).exec();
  if (replies === null) throw new Error('Redis did not run the transaction');
  return replies;
}

/** Commands are not queued without end: while there is no connection they fail, after a moment. */
function ready(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      redis.off('ready', done);
      resolve();
    };
    const timer = setTimeout(() => {
      redis.off('ready', done);
      reject(new Error('not connected to Redis'));
    }, ANSWER_TIMEOUT);
    redis.on('ready', done);
  });
}
