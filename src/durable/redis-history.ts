import { RecentIds } from '../dispatch/recent-ids.ts';
import { before } from './position.ts';
import type { History } from './history.ts';
import type { RingEntry } from './ring.ts';
import type { StreamEntry, StreamStore } from './store.ts';

/** Entries in one reply of Redis. */
const PAGE = 200;
/** Clients that were disconnected together reconnect together, and request the same pages. */
const SHARED_MS = 50;

/** Reads entries that are older than the ring from Redis. */
export interface HistoryPages {
  /** Pages in order, beginning after `id`. */
  from(id: string): Paging;
  /** The last entries up to `upTo` that are wanted, at most `count`, oldest first. */
  last(upTo: string, count: number, scan: number, isWanted: (entry: RingEntry) => boolean): Promise<RingEntry[]>;
}

export interface Paging {
  /**
   * Reads the next entries; an empty list if there are none, undefined if entries in between may have been removed.
   *
   * @param floor of the ring now: replies are shared only among requests with the same floor.
   */
  next(floor: string): Promise<readonly RingEntry[] | undefined>;
}

export function createHistoryPages(store: StreamStore, history: History): HistoryPages {
  const { dedupe } = history.route.stream;
  const page = shared((id) => store.page(id, PAGE));
  const eventIds = shared((id) => store.eventIds(id, dedupe));

  function paging(start: string): Paging {
    let id = start;
    let recent: RecentIds | undefined;
    return {
      async next(floor) {
        recent ??= await idsBefore(id);
        const { first, entries } = await page(id, floor);
        // Read in one transaction: an entry at or before `id` still exists, so all that follow it do.
        if (first === undefined || first > id) return undefined;
        id = entries.at(-1)?.id ?? id;
        return evaluated(entries, recent);
      },
    };
  }

  async function idsBefore(id: string): Promise<RecentIds> {
    const recent = new RecentIds(dedupe);
    if (dedupe === 0) return recent;
    for (const { eventId } of await eventIds(id)) recent.add(eventId);
    return recent;
  }

  function evaluated(entries: readonly StreamEntry[], recent: RecentIds): RingEntry[] {
    return entries.map((entry) => history.evaluate(entry, recent.add(entry.eventId)));
  }

  return {
    from: paging,
    async last(upTo, count, scan, isWanted) {
      let found: RingEntry[] = [];
      let [end, left] = [upTo, scan];
      while (found.length < count && left > 0) {
        const { entries } = await store.back(end, Math.min(PAGE, left));
        const [oldest] = entries;
        if (oldest === undefined) break;
        end = before(oldest.id);
        left -= entries.length;
        const recent = await idsBefore(end);
        found = [...evaluated(entries, recent).filter(isWanted), ...found];
      }
      return found.slice(-count);
    },
  };
}

/** Shares one reply among equal requests that are close in time. */
function shared<T>(request: (id: string) => Promise<T>): (id: string, floor?: string) => Promise<T> {
  const pending = new Map<string, Promise<T>>();
  return (id, floor = '') => {
    const key = `${id} ${floor}`;
    const known = pending.get(key);
    if (known) return known;
    const reply = request(id);
    pending.set(key, reply);
    setTimeout(() => pending.delete(key), SHARED_MS);
    return reply;
  };
}
