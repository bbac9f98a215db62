import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { NatMap } from '../config/environment/nat-map.ts';
import { nameOf } from './pool.ts';

/** Where this process reaches a server that another one, which was asked, has named. */
export type Reach = (host: unknown, port: unknown, asked: HostAndPort) => HostAndPort;

/**
 * A node that was never told its own address leaves the host out; with an unknown endpoint it is null, and a host name that
 * was never set is `?`. All of them mean the host that was asked.
 */
export function createReach(natMap: NatMap = { kind: 'none' }): Reach {
  return (host, port, asked) => {
    const isUsable = typeof host === 'string' && host !== '' && host !== '?';
    const place = { host: isUsable && natMap.kind !== 'asked-host' ? host : asked.host, port: Number(port) };
    return (natMap.kind === 'map' && natMap.places.get(nameOf(place))) || place;
  };
}
