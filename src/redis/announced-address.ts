import type { NatMap } from '../config/environment/nat-map.ts';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { formatAddress } from './format-address.ts';

/**
 * Turns an announced address into one that this process can reach.
 *
 * @param announcer the server that announced it.
 */
export type ResolveAddress = (host: unknown, port: unknown, announcer: HostAndPort) => HostAndPort;

/**
 * A node that does not know its own address announces an empty host; for an unknown endpoint the host is null, and for a host
 * name that was never set it is `?`. All of them mean the host of the announcer.
 */
export function createAddressResolver(natMap: NatMap = { kind: 'none' }): ResolveAddress {
  return (host, port, announcer) => {
    const isUsable = typeof host === 'string' && host !== '' && host !== '?';
    const address = { host: isUsable && natMap.kind !== 'asked-host' ? host : announcer.host, port: Number(port) };
    return (natMap.kind === 'map' && natMap.places.get(formatAddress(address))) || address;
  };
}
