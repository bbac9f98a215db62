import { setTimeout as pause } from 'node:timers/promises';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { formatAddress } from './format-address.ts';
import { isReplyError } from './reply-error.ts';
import type { Topology } from './topology.ts';

/** The server that gets the commands for a key. */
export interface KeyOwner {
  readonly server: HostAndPort;
  /** True while the slot is being migrated to this server: each command follows an ASKING. */
  readonly asking: boolean;
}

/** What an error reply says about the owner of a key; the command was not run. */
export type Redirection =
  | { readonly kind: 'moved' | 'ask'; readonly host: string; readonly port: string }
  /** Another server is the master, or this ends within a moment. */
  | { readonly kind: 'demoted' | 'wait' };

export function redirectionOf(error: unknown): Redirection | undefined {
  if (!isReplyError(error)) return undefined;
  const [, kind, host, port] = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(error.message) ?? [];
  if (host !== undefined && port !== undefined) return { kind: kind === 'ASK' ? 'ask' : 'moved', host, port };
  if (error.message.startsWith('READONLY')) return { kind: 'demoted' };
  return /^(TRYAGAIN|CLUSTERDOWN)\b/.test(error.message) ? { kind: 'wait' } : undefined;
}

const ATTEMPTS = 5;
const PAUSE_MS = 100;

/** Calls `act` with the server that has a key, and again with the server to which that one redirects. */
export async function atKeyOwner<T>(topology: Topology, key: string, act: (owner: KeyOwner) => Promise<T>): Promise<T> {
  let next: KeyOwner | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const owner = next ?? { server: await topology.ownerOf(key), asking: false };
    try {
      return await act(owner);
    } catch (error) {
      const redirection = redirectionOf(error);
      if (redirection === undefined && !isReplyError(error)) topology.invalidate();
      if (redirection === undefined || attempt === ATTEMPTS) throw error;
      next = await redirected(redirection, { topology, key, from: owner.server, attempt });
    }
  }
}

interface Attempt {
  readonly topology: Topology;
  readonly key: string;
  readonly from: HostAndPort;
  readonly attempt: number;
}

/** @returns the next server to try; undefined to look the key up again. */
async function redirected(
  redirection: Redirection,
  { topology, key, from, attempt }: Attempt,
): Promise<KeyOwner | undefined> {
  if (redirection.kind === 'ask')
    return { server: topology.resolveAddress(redirection.host, redirection.port, from), asking: true };
  topology.invalidate();
  if (redirection.kind !== 'moved') {
    await pause(PAUSE_MS * attempt);
    return undefined;
  }
  const server = await topology.ownerOf(key);
  // The node that reports all slots may learn of the move later than the one that redirects.
  const isOld = formatAddress(server) === formatAddress(from);
  return { server: isOld ? topology.resolveAddress(redirection.host, redirection.port, from) : server, asking: false };
}
