import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { Reach } from './announced.ts';
import { distinct, readSlots, type SlotRange } from './cluster-slots.ts';
import { slotOf } from './key-slot.ts';
import { withDeadline } from './deadline.ts';
import { createPool, isReply, nameOf } from './pool.ts';
import { openConnection, type Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

/** After how many milliseconds the nodes are asked again who is there. */
const REFRESH_MS = 10_000;
/** A node that takes longer is not the one to ask. */
const ANSWER_MS = 1000;
const ALL_SLOTS = 16_384;

/**
 * A Redis Cluster: what is published at one node is passed on to all. We listen at one and probe from the others, for
 * one that is cut off from the rest would go on answering, and pass on what is published at itself.
 */
export function createClusterTopology(seeds: readonly HostAndPort[], access: Access, reach: Reach): Topology {
  const map = createSlotMap(seeds, access, reach);
  return {
    async locate(avoid) {
      await map.refresh();
      const choice = shuffled(map.masters());
      const place = choice.find((node) => !avoid || nameOf(node) !== nameOf(avoid)) ?? choice[0];
      if (!place) throw new Error('no node of the cluster holds slots');
      return place;
    },
    publishersOf(listeningAt) {
      const others = map.masters().filter((node) => nameOf(node) !== nameOf(listeningAt));
      return others.length > 0 ? others : [listeningAt];
    },
    async check() {
      map.refreshNowAndThen();
      return 'here';
    },
    async holderOf(key) {
      if (map.isDoubtful()) await map.refresh();
      else map.refreshNowAndThen();
      return map.masterOf(slotOf(key));
    },
    doubt: map.doubt,
    reach,
    roles: 'any',
    close: map.close,
  };
}

/** Which master has which slots, as a node tells. */
function createSlotMap(seeds: readonly HostAndPort[], access: Access, reach: Reach) {
  const pool = createPool((place) => openConnection(place, access, 'websocket-gateway-topology'));
  let ranges: readonly SlotRange[] = [];
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  const masters = (): HostAndPort[] => distinct(ranges.map(({ master }) => master));

  function slotsAt(node: HostAndPort): Promise<SlotRange[]> {
    const byName = access.tls !== undefined;
    const slots = pool.use(node, async (redis) => readSlots(await redis.call('CLUSTER', 'SLOTS'), node, reach, byName));
    return withDeadline(slots, ANSWER_MS);
  }

  async function askAround(): Promise<void> {
    askedAt = performance.now();
    let best: readonly SlotRange[] = [];
    let failure = 'none holds slots';
    for (const node of distinct([...shuffled(masters()), ...shuffled(seeds)])) {
      try {
        const view = await slotsAt(node);
        // A node that was taken out of the cluster knows little, and is not believed while others know more.
        if (slotsIn(view) > slotsIn(best)) best = view;
        if (slotsIn(view) === ALL_SLOTS) break;
      } catch (error) {
        if (isReply(error)) failure = `${nameOf(node)}: ${error.message}`;
        else if (error instanceof Error) failure = error.message;
      }
    }
    if (best.length > 0) ranges = best;
    else {
      askedAt = -Infinity;
      throw new Error(`no node of the cluster tells who is there: ${failure}`);
    }
  }

  const refresh = (): Promise<void> => (asking ??= askAround().finally(() => (asking = undefined)));
  return {
    masters,
    refresh,
    refreshNowAndThen() {
      // What is known meanwhile will do.
      if (performance.now() - askedAt > REFRESH_MS) refresh().catch(() => undefined);
    },
    masterOf(slot: number): HostAndPort {
      const range = ranges.find(({ first, last }) => first <= slot && slot <= last);
      if (!range) throw new Error(`no node of the cluster holds slot ${slot}`);
      return range.master;
    },
    isDoubtful: () => askedAt === -Infinity,
    doubt: () => void (askedAt = -Infinity),
    close: pool.close,
  };
}

function slotsIn(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
