import type { NatMap } from '../config/environment/nat-map.ts';
import type { HostAndPort, RedisAddress } from '../config/environment/redis-url.ts';
import type { TlsFiles } from '../config/environment/tls-files.ts';
import { createReach, type Reach } from './announced.ts';
import { createClusterTopology } from './cluster.ts';
import { createSentinelTopology } from './sentinels.ts';
import type { Access } from './server-connection.ts';

/** Redis as the settings describe it. */
export interface RedisTarget {
  readonly address: RedisAddress;
  /** Beyond what the address says; nothing of it without TLS. */
  readonly tlsFiles: TlsFiles;
  /** Where servers are reached that announce other addresses. */
  readonly natMap?: NatMap;
}

/**
 * Whether publishers are still where we listen.
 * as-connected: there is nobody to ask; they are where a connection leads that is made now.
 */
export type MasterLocation = 'here' | 'moved' | 'unknown' | 'as-connected';

/** Which servers there are, and which to use: for Pub/Sub and for commands. */
export interface Topology {
  /** Where to listen now. @param avoid where it has just failed, if there is a choice. */
  locate(avoid?: HostAndPort): Promise<HostAndPort>;
  /** Where publishers may publish; a probe comes from each in turn. */
  publishersOf(listeningAt: HostAndPort): readonly HostAndPort[];
  check(listeningAt: HostAndPort): Promise<MasterLocation>;
  /** The server that holds a key, as far as is known; servers are asked again now and then. */
  holderOf(key: string): Promise<HostAndPort>;
  /** A holder has failed or redirects: who holds what is asked before the next use. */
  doubt(): void;
  /** Where this process reaches a server that another one has named. */
  readonly reach: Reach;
  /** What a server must be to pass messages on: the master; the master or a replica of it; no matter what. */
  readonly roles: 'master' | 'either' | 'any';
  close(): void;
}

export function createTopology(target: RedisTarget): Topology {
  const { address } = target;
  const reach = createReach(target.natMap);
  if (address.kind === 'sentinel') return createSentinelTopology(address, tlsOf(target), reach);
  if (address.kind === 'cluster') return createClusterTopology(address.nodes, accessTo(target), reach);
  return createSingle(address.server, reach);
}

/** To the servers that pass messages on. */
export function accessTo(target: RedisTarget): Access {
  const { address } = target;
  return { ...address.login, ...tlsOf(target), ...(address.kind !== 'cluster' && { db: address.db }) };
}

function tlsOf({ address, tlsFiles }: RedisTarget): { tls?: TlsFiles } {
  return address.tls ? { tls: tlsFiles } : {};
}

function createSingle(server: HostAndPort, reach: Reach): Topology {
  return {
    locate: async () => server,
    publishersOf: () => [server],
    check: async () => 'as-connected',
    holderOf: async () => server,
    doubt() {},
    reach,
    roles: 'either',
    close() {},
  };
}
