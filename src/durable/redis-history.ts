import { RecentIds } from '../dispatch/recent-ids.ts';
import { before } from './position.ts';
import type { History } from './history.ts';
import type { RingEntry } from './ring.ts';
import type { StreamEntry, StreamStore } from './store.ts';

/** Entries in one answer of Redis. */
const PAGE = 200;
/** Clients that were cut off together come back together, and ask for the same. */
const SHARED_MS = 50;

/** Entries that are older than the ring, from Redis. */
export interface HistoryPages {
  /** In order from behind `id`. */
  from(id: string): Paging;
  /** The last entries up to `upTo` that are wanted, `count` of them at most, oldest first. */
  last(upTo: string, count: number, scan: number, isWanted: (entry: RingEntry) => boolean): Promise<RingEntry[]>;
}

export interface Paging {
  /**
   * The next entries; none where there are none. Nothing where some between may be gone.
   *
   * @param floor of the ring as it is now: who shares an answer asked since then.
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
        // In one transaction: an entry that is not behind `id` is still there, so all that follow it are.
        if (first === undefined || first > id) return undefined;
        id = entries.at(-1)?.id ?? id;
        return judged(entries, recent);
      },
    };
  }

  async function idsBefore(id: string): Promise<RecentIds> {
    const recent = new RecentIds(dedupe);
    if (dedupe === 0) return recent;
    for (const { eventId } of await eventIds(id)) recent.add(eventId);
    return recent;
  }

  function judged(entries: readonly StreamEntry[], recent: RecentIds): RingEntry[] {
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
        found = [...judged(entries, recent).filter(isWanted), ...found];
      }
      return found.slice(-count);
    },
  };
}

/** Equal questions within a moment get one answer. */
function shared<T>(ask: (id: string) => Promise<T>): (id: string, floor?: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (id, floor = '') => {
    const question = `${id} ${floor}`;
    const known = asked.get(question);
    if (known) return known;
    const answer = ask(id);
    asked.set(question, answer);
    setTimeout(() => asked.delete(question), SHARED_MS);
    return answer;
  };
}
