import { setTimeout as pause } from 'node:timers/promises';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { isReply, nameOf } from './pool.ts';
import type { Topology } from './topology.ts';

/** Where to send commands for a key. */
export interface Holder {
  readonly place: HostAndPort;
  /** While a slot is on its way there, each command has to follow an ASKING. */
  readonly asking: boolean;
}

/** What an answer says about where a key is; the command that it answers was not run. */
export type Redirection =
  | { readonly kind: 'moved' | 'ask'; readonly host: string; readonly port: string }
  /** Another server is master now, or this will pass in a moment. */
  | { readonly kind: 'demoted' | 'wait' };

export function redirectionOf(error: unknown): Redirection | undefined {
  if (!isReply(error)) return undefined;
  const [, kind, host, port] = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(error.message) ?? [];
  if (host !== undefined && port !== undefined) return { kind: kind === 'ASK' ? 'ask' : 'moved', host, port };
  if (error.message.startsWith('READONLY')) return { kind: 'demoted' };
  return /^(TRYAGAIN|CLUSTERDOWN)\b/.test(error.message) ? { kind: 'wait' } : undefined;
}

const ATTEMPTS = 5;
const PAUSE_MS = 100;

/** Has `act` send commands for a key to the server that holds it, and follows where that one points. */
export async function atHolder<T>(topology: Topology, key: string, act: (holder: Holder) => Promise<T>): Promise<T> {
  let next: Holder | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const holder = next ?? { place: await topology.holderOf(key), asking: false };
    try {
      return await act(holder);
    } catch (error) {
      const redirection = redirectionOf(error);
      if (redirection === undefined && !isReply(error)) topology.doubt();
      if (redirection === undefined || attempt === ATTEMPTS) throw error;
      next = await follow(redirection, { topology, key, asked: holder.place, attempt });
    }
  }
}

interface Asked {
  readonly topology: Topology;
  readonly key: string;
  readonly asked: HostAndPort;
  readonly attempt: number;
}

async function follow(redirection: Redirection, { topology, key, asked, attempt }: Asked): Promise<Holder | undefined> {
  if (redirection.kind === 'ask')
    return { place: topology.reach(redirection.host, redirection.port, asked), asking: true };
  topology.doubt();
  if (redirection.kind !== 'moved') {
    await pause(PAUSE_MS * attempt);
    return undefined;
  }
  const place = await topology.holderOf(key);
  // The node that was asked for all slots may know it later than the one that redirects.
  const isOld = nameOf(place) === nameOf(asked);
  return { place: isOld ? topology.reach(redirection.host, redirection.port, asked) : place, asking: false };
}
