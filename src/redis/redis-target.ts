import type { NatMap } from '../config/environment/nat-map.ts';
import type { HostAndPort, RedisAddress } from '../config/environment/redis-url.ts';
import type { TlsFiles } from '../config/environment/tls-files.ts';
import { createAddressResolver, type ResolveAddress } from './announced-address.ts';
import { createClusterTopology } from './cluster-topology.ts';
import { createSentinelTopology } from './sentinel-topology.ts';
import type { Access } from './server-connection.ts';
import type { Topology } from './topology.ts';

/** Redis as the settings describe it. */
export interface RedisTarget {
  readonly address: RedisAddress;
  /** Used if the address says TLS. */
  readonly tlsFiles: TlsFiles;
  /** Reachable addresses of servers that announce other ones. */
  readonly natMap?: NatMap;
}

/** Creates the topology of a single server, of sentinels or of a cluster. Connects when it is first used; `close()` ends it. */
export function createTopology(target: RedisTarget): Topology {
  const { address } = target;
  const resolveAddress = createAddressResolver(target.natMap);
  if (address.kind === 'sentinel') return createSentinelTopology(address, tlsOf(target), resolveAddress);
  if (address.kind === 'cluster') return createClusterTopology(address.nodes, accessTo(target), resolveAddress);
  return createSingleTopology(address.server, resolveAddress);
}

/** Access to the servers themselves; sentinels have a login of their own. */
export function accessTo(target: RedisTarget): Access {
  const { address } = target;
  return { ...address.login, ...tlsOf(target), ...(address.kind !== 'cluster' && { db: address.db }) };
}

function tlsOf({ address, tlsFiles }: RedisTarget): { tls?: TlsFiles } {
  return address.tls ? { tls: tlsFiles } : {};
}

function createSingleTopology(server: HostAndPort, resolveAddress: ResolveAddress): Topology {
  return {
    locate: async () => server,
    publishersOf: () => [server],
    check: async () => 'as-connected',
    ownerOf: async () => server,
    invalidate() {},
    resolveAddress,
    roles: 'either',
    close() {},
  };
}
