import { randomBytes } from 'node:crypto';
import { START } from '../durable/position.ts';
import type { StreamStore } from '../durable/store.ts';
import { BlockingReader } from './blocking-reader.ts';
import type { Commands } from './commands.ts';
import type { RedisEvents } from './subscriber.ts';
import type { RedisTarget } from './topology.ts';
import type { EntryFields } from './stream-replies.ts';
import { createSeats } from './seat.ts';
import { StreamQuestions } from './stream-questions.ts';

/** Streams of one Redis: the connection for commands, and one more for each that is read. */
export interface RedisStreams {
  open(key: string, fields: EntryFields): StreamStore;
}

/** In the same slot of a cluster as the stream, for people who look: each command has one key. */
const epochKey = (key: string): string => `gw:epoch:{${key}}`;
/** Compare and set: of several instances that want a new epoch one wins, and all have the same. */
const ROTATE = `local now = redis.call('GET', KEYS[1])
if now == ARGV[1] or not now then redis.call('SET', KEYS[1], ARGV[2]) return ARGV[2] end
return now`;

/** @param largest bytes of a payload that any route takes. */
export function createRedisStreams(
  target: RedisTarget,
  commands: Commands,
  events: RedisEvents,
  largest: number,
): RedisStreams {
  return {
    open(key, fields) {
      const stream = { key, fields, largest };
      const reader = new BlockingReader(createSeats(target, key, events.connectFailed), stream);
      return {
        ...createStore(new StreamQuestions(commands, stream), key),
        read: (id) => reader.read(id),
        close: () => reader.close(),
      };
    },
  };
}

function createStore(questions: StreamQuestions, key: string): Omit<StreamStore, 'read' | 'close'> {
  const newEpoch = (): string => randomBytes(9).toString('base64url');
  return {
    async back(upTo, count) {
      const { entries, state } = await questions.page({ backFrom: upTo }, count);
      return { entries: entries.toReversed(), state };
    },
    page: (id, count) => questions.page({ after: id }, count),
    state: async () => (await questions.page({ after: START }, 0)).state,
    ids: async (after, upTo, count) =>
      (await questions.ids({ after, ...(upTo !== undefined && { upTo }) }, count)).map(({ id }) => id),
    eventIds: (upTo, count) => questions.eventIds(upTo, count),
    async epoch() {
      await questions.ask((redis) => redis.set(epochKey(key), newEpoch(), 'NX'), epochKey(key));
      return String(await questions.ask((redis) => redis.get(epochKey(key)), epochKey(key)));
    },
    rotateEpoch: async (old) =>
      String(await questions.ask((redis) => redis.eval(ROTATE, 1, epochKey(key), old, newEpoch()), epochKey(key))),
    async trim(limit) {
      await questions.ask((redis) =>
        'entries' in limit
          ? redis.xtrim(key, 'MAXLEN', '~', limit.entries)
          : redis.xtrim(key, 'MINID', '~', Math.trunc(limit.before)),
      );
    },
  };
}
