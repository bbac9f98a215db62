import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/redis-url.ts';
import { answered } from './patience.ts';
import { createPool, nameOf } from './pool.ts';
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
export function createClusterTopology(seeds: readonly HostAndPort[], access: Access): Topology {
  const pool = createPool((place) => openConnection(place, access, 'websocket-gateway-topology'));
  let masters: readonly HostAndPort[] = [];
  let askedAt = -Infinity;

  async function refresh(): Promise<void> {
    askedAt = performance.now();
    let best: View | undefined;
    let failure = 'none holds slots';
    for (const node of distinct([...shuffled(masters), ...shuffled(seeds)])) {
      try {
        const asking = pool.use(node, (redis) => viewOf(redis, node));
        const view = await answered(asking, ANSWER_MS);
        if (view.slots > (best?.slots ?? 0)) best = view;
        if (view.slots === ALL_SLOTS) break;
      } catch (error) {
        if (error instanceof Error) failure = error.message;
      }
    }
    if (!best) throw new Error(`no node of the cluster tells who is there: ${failure}`);
    masters = best.masters;
  }

  return {
    async locate(avoid) {
      await refresh();
      const choice = shuffled(masters);
      const place = choice.find((node) => !avoid || nameOf(node) !== nameOf(avoid)) ?? choice[0];
      if (!place) throw new Error('no node of the cluster holds slots');
      return place;
    },
    publishersOf(listeningAt) {
      const others = masters.filter((node) => nameOf(node) !== nameOf(listeningAt));
      return others.length > 0 ? others : [listeningAt];
    },
    async check() {
      // What is known meanwhile will do.
      if (performance.now() - askedAt > REFRESH_MS) refresh().catch(() => undefined);
      return 'here';
    },
    roles: 'any',
    close: pool.close,
  };
}

/** What one node knows. One that was taken out of the cluster knows little, and is not believed while others know more. */
interface View {
  readonly masters: readonly HostAndPort[];
  readonly slots: number;
}

async function viewOf(redis: Redis, asked: HostAndPort): Promise<View> {
  const answer: unknown = await redis.call('CLUSTER', 'SLOTS');
  const ranges = Array.isArray(answer) ? answer.flatMap((range: unknown) => readRange(range, asked)) : [];
  return {
    masters: distinct(ranges.map(({ master }) => master)),
    slots: ranges.reduce((sum, { slots }) => sum + slots, 0),
  };
}

/** `[first slot, last slot, [host, port, …] of the master, replicas…]` */
function readRange(range: unknown, asked: HostAndPort): { master: HostAndPort; slots: number }[] {
  const [first, last, master]: unknown[] = Array.isArray(range) ? range : [];
  if (!Array.isArray(master)) return [];
  const [host, port]: unknown[] = master;
  // A node that was never told its own address leaves it out.
  const place = { host: typeof host === 'string' && host !== '' ? host : asked.host, port: Number(port) };
  return [{ master: place, slots: Number(last) - Number(first) + 1 }];
}

function distinct(places: readonly HostAndPort[]): HostAndPort[] {
  return [...new Map(places.map((place) => [nameOf(place), place])).values()];
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
