import type { HostAndPort } from '../config/environment/redis-url.ts';
import type { Reach } from './announced.ts';
import { nameOf } from './pool.ts';

/** Slots of a cluster that follow one another and have one master. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly master: HostAndPort;
}

/**
 * What CLUSTER SLOTS is answered: rows of `[first slot, last slot, [host, port, id, [name, value, …]] of the master, replicas…]`.
 * @param asked the node that answered.
 * @param byName with TLS: certificates hold host names, so one that is announced beside the address is preferred.
 */
export function readSlots(answer: unknown, asked: HostAndPort, reach: Reach, byName: boolean): SlotRange[] {
  if (!Array.isArray(answer)) return [];
  return answer.flatMap((row: unknown) => {
    const [first, last, master]: unknown[] = Array.isArray(row) ? row : [];
    if (!Array.isArray(master)) return [];
    const [host, port, , metadata]: unknown[] = master;
    const name = byName && isNamed(host) ? hostnameIn(metadata) : undefined;
    return [{ first: Number(first), last: Number(last), master: reach(name ?? host, port, asked) }];
  });
}

/** Not where the node is to be reached at the host that was asked. */
function isNamed(host: unknown): boolean {
  return typeof host === 'string' && host !== '' && host !== '?';
}

function hostnameIn(metadata: unknown): string | undefined {
  const words: unknown[] = Array.isArray(metadata) ? metadata : [];
  const name = words[words.indexOf('hostname') + 1];
  return words.includes('hostname') && typeof name === 'string' && name !== '' ? name : undefined;
}

export function distinct(places: readonly HostAndPort[]): HostAndPort[] {
  return [...new Map(places.map((place) => [nameOf(place), place])).values()];
}
