import { randomBytes } from 'node:crypto';
import { START } from '../durable/position.ts';
import type { StreamStore } from '../durable/store.ts';
import { BlockingReader } from './blocking-reader.ts';
import type { Commands } from './commands.ts';
import type { RedisEvents } from './subscriber.ts';
import { createDedicatedConnection } from './dedicated-connection.ts';
import type { RedisTarget } from './redis-target.ts';
import { StreamQueries } from './stream-queries.ts';
import type { EntryFields } from './stream-scripts.ts';

/** Streams of one Redis: all share the connection for commands, and each has one more connection to block on. */
export interface RedisStreams {
  open(key: string, fields: EntryFields): StreamStore;
}

/** Key of a stream's epoch, in the same slot of a cluster as the stream. */
const epochKey = (key: string): string => `gw:epoch:{${key}}`;
/** Compare and set: when several instances rotate the epoch one wins, and all get the same new one. */
const ROTATE = `local now = redis.call('GET', KEYS[1])
if now == ARGV[1] or not now then redis.call('SET', KEYS[1], ARGV[2]) return ARGV[2] end
return now`;

/**
 * @param events `connectFailed` is called for each failed attempt to connect.
 * @param largest bytes of the largest payload that any route accepts.
 */
export function createRedisStreams(
  target: RedisTarget,
  commands: Commands,
  events: Pick<RedisEvents, 'connectFailed'>,
  largest: number,
): RedisStreams {
  return {
    open(key, fields) {
      const stream = { key, fields, largest };
      const reader = new BlockingReader(createDedicatedConnection(target, key, events.connectFailed), stream);
      return {
        ...createStore(new StreamQueries(commands, stream), key),
        read: (id) => reader.read(id),
        close: () => reader.close(),
      };
    },
  };
}

function createStore(queries: StreamQueries, key: string): Omit<StreamStore, 'read' | 'close'> {
  const newEpoch = (): string => randomBytes(9).toString('base64url');
  return {
    async back(upTo, count) {
      const { entries, state } = await queries.page({ backFrom: upTo }, count);
      return { entries: entries.toReversed(), state };
    },
    page: (id, count) => queries.page({ after: id }, count),
    state: async () => (await queries.page({ after: START }, 0)).state,
    ids: async (after, upTo, count) =>
      (await queries.ids({ after, ...(upTo !== undefined && { upTo }) }, count)).map(({ id }) => id),
    eventIds: (upTo, count) => queries.eventIds(upTo, count),
    async epoch() {
      await queries.run((redis) => redis.set(epochKey(key), newEpoch(), 'NX'), epochKey(key));
      return String(await queries.run((redis) => redis.get(epochKey(key)), epochKey(key)));
    },
    rotateEpoch: async (old) =>
      String(await queries.run((redis) => redis.eval(ROTATE, 1, epochKey(key), old, newEpoch()), epochKey(key))),
    async trim(limit) {
      await queries.run((redis) =>
        'entries' in limit
          ? redis.xtrim(key, 'MAXLEN', '~', limit.entries)
          : redis.xtrim(key, 'MINID', '~', Math.trunc(limit.before)),
      );
    },
  };
}
