import { fromRedisId, START } from '../../src/durable/position.ts';
import type { StreamEntry, StreamStore } from '../../src/durable/store.ts';

/** A stream in memory whose answers come when the test says so, in any order. */
export interface FakeStream {
  readonly store: StreamStore;
  add(n: number): void;
  /** Drops all but the last `kept`, whether they were read or not. */
  trim(kept: number): void;
  /** Lets the answer go that has waited longest, or the one before it, and so on; nothing waits: nothing happens. */
  answer(index: number): Promise<void>;
}

/** Answers are bounded by bytes, so that they hold fewer entries than were asked for. */
const PAGE = 4;

export function createFakeStream(): FakeStream {
  let entries: StreamEntry[] = [];
  let added = 0;
  let lastId = START;
  const waiting: (() => void)[] = [];
  // What Redis answers is as of when it was asked; what comes back later is late, not new.
  const later = <T>(answer: T): Promise<T> => new Promise((resolve) => waiting.push(() => resolve(answer)));
  const behind = (id: string): StreamEntry[] => entries.filter((entry) => entry.id > id);
  const state = () => ({ lastId, added, length: entries.length });
  return {
    add(n) {
      added += 1;
      lastId = fromRedisId(`${added}-0`);
      entries.push({ id: lastId, payload: Buffer.from(JSON.stringify({ n })) });
    },
    trim(kept) {
      entries = kept === 0 ? [] : entries.slice(-kept);
    },
    async answer(index) {
      const [answer] = waiting.splice(index % Math.max(1, waiting.length), 1);
      answer?.();
      await new Promise(setImmediate);
    },
    store: {
      back: (upTo, count) =>
        later({ entries: entries.filter(({ id }) => id <= upTo).slice(-Math.min(count, PAGE)), state: state() }),
      page(id, count) {
        const [first] = entries;
        return later({ entries: behind(id).slice(0, Math.min(count, PAGE)), ...(first && { first: first.id }) });
      },
      state: () => later(state()),
      ids: (after, upTo, count) =>
        later(
          behind(after)
            .map(({ id }) => id)
            .filter((id) => id <= (upTo ?? lastId))
            .slice(0, count),
        ),
      eventIds: () => later([]),
      epoch: () => later('epoch'),
      rotateEpoch: () => later('another'),
      trim: () => later(undefined),
      read: (id) => later({ entries: behind(id).slice(0, PAGE), state: state() }),
      close() {},
    },
  };
}
