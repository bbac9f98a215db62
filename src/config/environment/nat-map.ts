import type { HostAndPort } from './redis-url.ts';
import { Malformed, type Parse } from './variable-types.ts';

/** Addresses that Redis servers announce, and the addresses where this process reaches them. */
export type NatMap =
  | { readonly kind: 'none' }
  /** Keys are the announced `host:port`. */
  | { readonly kind: 'map'; readonly places: ReadonlyMap<string, HostAndPort> }
  /** Connects to the host that announced it, at the announced port. */
  | { readonly kind: 'asked-host' };

const ALLOWED =
  'announced-host:port=host:port, separated by commas, such as 10.0.0.1:6379=redis.example.com:16379; IPv6 in brackets; or asked-host';

export const natMap: Parse<NatMap> = (text) => {
  if (text === '') return { kind: 'none' };
  if (text === 'asked-host') return { kind: 'asked-host' };
  const places = new Map<string, HostAndPort>();
  for (const pair of text.split(',')) {
    const [from, to, ...rest] = pair.trim().split('=').map(placeIn);
    if (from === undefined || to === undefined || rest.length > 0) throw new Malformed(ALLOWED);
    const name = `${from.host}:${from.port}`;
    if (places.has(name)) throw new Malformed(`each announced address once (${name} comes twice)`);
    places.set(name, to);
  }
  return { kind: 'map', places };
};

function placeIn(text: string): HostAndPort | undefined {
  const match = /^(?:([A-Za-z0-9._-]+)|\[([0-9a-fA-F:.]+)\]):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
