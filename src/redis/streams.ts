import { randomBytes } from 'node:crypto';
import type { ChainableCommander } from 'ioredis';
import { toRedisId } from '../durable/position.ts';
import type { StreamStore } from '../durable/store.ts';
import { createBlockingReader } from './blocking-reader.ts';
import { createClient } from './client.ts';
import type { Commands } from './commands.ts';
import type { RedisEvents } from './subscriber.ts';
import type { RedisTarget } from './topology.ts';
import { entriesIn, idsIn, stateOrNone, valueOf, type EntryFields, type Reply } from './stream-replies.ts';

/** Streams of one Redis: the connection for commands, and one more for each that is read. */
export interface RedisStreams {
  /** Begins to connect. */
  open(key: string, fields: EntryFields): StreamStore;
}

/** In the same slot of a cluster as the stream, for people who look: each command has one key. */
const epochKey = (key: string): string => `gw:epoch:{${key}}`;
/** Compare and set: of several instances that want a new epoch one wins, and all have the same. */
const ROTATE = `local now = redis.call('GET', KEYS[1])
if now == ARGV[1] or not now then redis.call('SET', KEYS[1], ARGV[2]) return ARGV[2] end
return now`;

export function createRedisStreams(target: RedisTarget, commands: Commands, events: RedisEvents): RedisStreams {
  return {
    open(key, fields) {
      commands.open();
      const blocked = createClient(target, 'websocket-gateway-stream');
      return createStore(commands, key, fields, createBlockingReader(blocked, key, fields, events.connectFailed));
    },
  };
}

function createStore(
  commands: Commands,
  key: string,
  fields: EntryFields,
  reader: ReturnType<typeof createBlockingReader>,
): StreamStore {
  const newEpoch = (): string => randomBytes(9).toString('base64url');
  return {
    async last(count, upTo) {
      const end = upTo === undefined ? '+' : toRedisId(upTo);
      const [rows, info] = await transaction(commands, (multi) =>
        multi.callBuffer('XREVRANGE', key, end, '-', 'COUNT', count).callBuffer('XINFO', 'STREAM', key),
      );
      return { entries: entriesIn(valueOf(rows), fields).toReversed(), state: stateOrNone(info) };
    },
    async page(id, count) {
      const [first, rows] = await transaction(commands, (multi) =>
        multi
          .callBuffer('XRANGE', key, '-', '+', 'COUNT', 1)
          .callBuffer('XRANGE', key, `(${toRedisId(id)}`, '+', 'COUNT', count),
      );
      const [firstId] = idsIn(valueOf(first));
      return { entries: entriesIn(valueOf(rows), fields), ...(firstId !== undefined && { first: firstId }) };
    },
    async state() {
      const [info] = await transaction(commands, (multi) => multi.callBuffer('XINFO', 'STREAM', key));
      return stateOrNone(info);
    },
    async ids(from, to, count) {
      const redis = await commands.ready();
      return idsIn(await redis.callBuffer('XRANGE', key, toRedisId(from), toRedisId(to), 'COUNT', count));
    },
    async epoch() {
      const redis = await commands.ready();
      await redis.set(epochKey(key), newEpoch(), 'NX');
      return String(await redis.get(epochKey(key)));
    },
    async rotateEpoch(old) {
      const redis = await commands.ready();
      return String(await redis.eval(ROTATE, 1, epochKey(key), old, newEpoch()));
    },
    async trim(limit) {
      const redis = await commands.ready();
      if ('entries' in limit) await redis.xtrim(key, 'MAXLEN', '~', limit.entries);
      else await redis.xtrim(key, 'MINID', '~', Math.trunc(limit.before));
    },
    read: reader.read,
    close: () => reader.close(),
  };
}

async function transaction(
  commands: Commands,
  add: (multi: ChainableCommander) => ChainableCommander,
): Promise<Reply[]> {
  const redis = await commands.ready();
  const replies = await add(redis.multi()).exec();
  if (replies === null) throw new Error('Redis did not run the transaction');
  return replies;
}
