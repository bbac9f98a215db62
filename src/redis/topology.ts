import type { HostAndPort, RedisAddress } from '../config/redis-url.ts';
import type { TlsFiles } from '../config/tls-files.ts';
import { createClusterTopology } from './cluster.ts';
import { createSentinelTopology } from './sentinels.ts';
import type { Access } from './server-connection.ts';

/** Redis as the settings describe it. */
export interface RedisTarget {
  readonly address: RedisAddress;
  /** Beyond what the address says; nothing of it without TLS. */
  readonly tlsFiles: TlsFiles;
}

/**
 * Whether publishers are still where we listen.
 * as-connected: there is nobody to ask; they are where a connection leads that is made now.
 */
export type Whereabouts = 'here' | 'moved' | 'unknown' | 'as-connected';

/** Which servers there are, and which to use. */
export interface Topology {
  /** Where to listen now. @param avoid where it has just failed, if there is a choice. */
  locate(avoid?: HostAndPort): Promise<HostAndPort>;
  /** Where publishers may publish; a probe comes from each in turn. */
  publishersOf(listeningAt: HostAndPort): readonly HostAndPort[];
  check(listeningAt: HostAndPort): Promise<Whereabouts>;
  /** What a server must be to pass messages on: the master; the master or a replica of it; no matter what. */
  readonly roles: 'master' | 'either' | 'any';
  close(): void;
}

export function createTopology(target: RedisTarget): Topology {
  const { address } = target;
  if (address.kind === 'sentinel') return createSentinelTopology(address, tlsOf(target));
  if (address.kind === 'cluster') return createClusterTopology(address.nodes, accessTo(target));
  return createSingle(address.server);
}

/** To the servers that pass messages on. */
export function accessTo(target: RedisTarget): Access {
  const { address } = target;
  return { ...address.login, ...tlsOf(target), ...(address.kind !== 'cluster' && { db: address.db }) };
}

function tlsOf({ address, tlsFiles }: RedisTarget): { tls?: TlsFiles } {
  return address.tls ? { tls: tlsFiles } : {};
}

function createSingle(server: HostAndPort): Topology {
  return {
    locate: async () => server,
    publishersOf: () => [server],
    check: async () => 'as-connected',
    roles: 'either',
    close() {},
  };
}
