import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { ResolveAddress } from './announced-address.ts';

/**
 * Whether publishers are still at the server where the gateway is subscribed.
 * as-connected: no other server can be asked; publishers are where a new connection leads.
 */
export type MasterLocation = 'here' | 'moved' | 'unknown' | 'as-connected';

/** The servers of a Redis, and which of them to use, for Pub/Sub and for commands. */
export interface Topology {
  /** The server at which to subscribe. @param avoid the server that has just failed, to be avoided if there is a choice. */
  locate(avoid?: HostAndPort): Promise<HostAndPort>;
  /** The servers at which publishers may publish; each in turn gets a probe. */
  publishersOf(subscribedAt: HostAndPort): readonly HostAndPort[];
  check(subscribedAt: HostAndPort): Promise<MasterLocation>;
  /** The server that has a key, as far as is known; the information is refreshed now and then. */
  ownerOf(key: string): Promise<HostAndPort>;
  /** Called after a server failed or redirected: owners are looked up again before the next use. */
  invalidate(): void;
  readonly resolveAddress: ResolveAddress;
  /** The roles in which a server delivers what is published: the master only; the master or a replica of it; any. */
  readonly roles: 'master' | 'either' | 'any';
  close(): void;
}
