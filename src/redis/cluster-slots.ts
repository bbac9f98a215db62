import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { ResolveAddress } from './announced-address.ts';
import { formatAddress } from './format-address.ts';

/** Consecutive slots of a cluster that have one master. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly master: HostAndPort;
}

/**
 * Reads the reply of CLUSTER SLOTS: rows of `[first slot, last slot, master, replicas…]`, where a node is
 * `[host, port, id, [name, value, …]]`.
 *
 * @param node the node that replied.
 * @param byName true with TLS: certificates hold host names, so a host name that is announced with the address is preferred.
 */
export function readSlots(
  reply: unknown,
  node: HostAndPort,
  resolveAddress: ResolveAddress,
  byName: boolean,
): SlotRange[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((row: unknown) => {
    const [first, last, master]: unknown[] = Array.isArray(row) ? row : [];
    if (!Array.isArray(master)) return [];
    const [host, port, , metadata]: unknown[] = master;
    const name = byName && isNamed(host) ? hostnameIn(metadata) : undefined;
    return [{ first: Number(first), last: Number(last), master: resolveAddress(name ?? host, port, node) }];
  });
}

/** False where the host of the announcer is meant. */
function isNamed(host: unknown): boolean {
  return typeof host === 'string' && host !== '' && host !== '?';
}

function hostnameIn(metadata: unknown): string | undefined {
  const words: unknown[] = Array.isArray(metadata) ? metadata : [];
  const name = words[words.indexOf('hostname') + 1];
  return words.includes('hostname') && typeof name === 'string' && name !== '' ? name : undefined;
}

export function distinct(servers: readonly HostAndPort[]): HostAndPort[] {
  return [...new Map(servers.map((server) => [formatAddress(server), server])).values()];
}
