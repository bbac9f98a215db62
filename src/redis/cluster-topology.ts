import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { ResolveAddress } from './announced-address.ts';
import { distinct, readSlots, type SlotRange } from './cluster-slots.ts';
import { createConnectionPool } from './connection-pool.ts';
import { withDeadline } from './deadline.ts';
import { formatAddress } from './format-address.ts';
import { slotOf } from './key-slot.ts';
import { isReplyError } from './reply-error.ts';
import { openConnection, type Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

/** Age of the slot map, in milliseconds, after which it is read again. */
const REFRESH_MS = 10_000;
/** A node that takes longer to answer is skipped. */
const ANSWER_MS = 1000;
const ALL_SLOTS = 16_384;

/**
 * A Redis Cluster: each node forwards what is published to all others. The gateway subscribes at one node and publishes
 * probes at the others, for a node that is cut off from the rest would still deliver what is published at itself.
 *
 * @param seeds nodes of the URL, by which the others are found.
 */
export function createClusterTopology(
  seeds: readonly HostAndPort[],
  access: Access,
  resolveAddress: ResolveAddress,
): Topology {
  const map = createSlotMap(seeds, access, resolveAddress);
  return {
    async locate(avoid) {
      await map.refresh();
      const choice = shuffled(map.masters());
      const server = choice.find((node) => !avoid || formatAddress(node) !== formatAddress(avoid)) ?? choice[0];
      if (!server) throw new Error('no node of the cluster has slots');
      return server;
    },
    publishersOf(subscribedAt) {
      const others = map.masters().filter((node) => formatAddress(node) !== formatAddress(subscribedAt));
      return others.length > 0 ? others : [subscribedAt];
    },
    async check() {
      map.refreshIfOld();
      return 'here';
    },
    async ownerOf(key) {
      if (map.isInvalid()) await map.refresh();
      else map.refreshIfOld();
      return map.masterOf(slotOf(key));
    },
    invalidate: map.invalidate,
    resolveAddress,
    roles: 'any',
    close: map.close,
  };
}

/** The masters of a cluster and their slots, as one of the nodes reports them. */
function createSlotMap(seeds: readonly HostAndPort[], access: Access, resolveAddress: ResolveAddress) {
  const pool = createConnectionPool((node) => openConnection(node, access, 'websocket-gateway-topology'));
  let ranges: readonly SlotRange[] = [];
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  const masters = (): HostAndPort[] => distinct(ranges.map(({ master }) => master));

  function slotsAt(node: HostAndPort): Promise<SlotRange[]> {
    const byName = access.tls !== undefined;
    const slots = pool.use(node, async (redis) =>
      readSlots(await redis.call('CLUSTER', 'SLOTS'), node, resolveAddress, byName),
    );
    return withDeadline(slots, ANSWER_MS);
  }

  async function read(): Promise<void> {
    readAt = performance.now();
    let best: readonly SlotRange[] = [];
    let failure: { readonly text: string; readonly cause?: unknown } = { text: 'none has slots' };
    for (const node of distinct([...shuffled(masters()), ...shuffled(seeds)])) {
      try {
        const view = await slotsAt(node);
        // A node that was removed from the cluster knows few slots; a node that knows more is preferred.
        if (slotsIn(view) > slotsIn(best)) best = view;
        if (slotsIn(view) === ALL_SLOTS) break;
      } catch (cause) {
        const server = isReplyError(cause) ? `${formatAddress(node)}: ` : '';
        if (cause instanceof Error) failure = { text: `${server}${cause.message}`, cause };
      }
    }
    if (best.length > 0) ranges = best;
    else {
      readAt = -Infinity;
      throw new Error(`no node of the cluster reports its nodes: ${failure.text}`, { cause: failure.cause });
    }
  }

  const refresh = (): Promise<void> => (reading ??= read().finally(() => (reading = undefined)));
  return {
    masters,
    refresh,
    refreshIfOld() {
      // Until then the old map is used, also if this fails.
      if (performance.now() - readAt > REFRESH_MS) refresh().catch(() => undefined);
    },
    masterOf(slot: number): HostAndPort {
      const range = ranges.find(({ first, last }) => first <= slot && slot <= last);
      if (!range) throw new Error(`no node of the cluster has slot ${slot}`);
      return range.master;
    },
    isInvalid: () => readAt === -Infinity,
    invalidate: () => void (readAt = -Infinity),
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
