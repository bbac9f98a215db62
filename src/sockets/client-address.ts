import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Whence a request comes, as far as proxies are trusted. */
export interface Peer {
  readonly address: string;
  /** It came with X-Forwarded-For, from nobody who is trusted with it; perhaps one should be. */
  readonly forwarded: boolean;
}

/** The first address in X-Forwarded-For, seen from us, that is no trusted proxy. */
export function createPeerOf(trusted: readonly string[]): (request: IncomingMessage) => Peer {
  const trust = proxyAddr.compile([...trusted]);
  const find = (request: IncomingMessage): Peer => {
    const address = proxyAddr(request, trust);
    const { headers, socket } = request;
    return { address, forwarded: headers['x-forwarded-for'] !== undefined && address === socket.remoteAddress };
  };
  // A handshake asks three times in a row: at the gate, for its control frames, for its session.
  let last: { readonly request: IncomingMessage; readonly peer: Peer } | undefined;
  return (request) => {
    if (last?.request !== request) last = { request, peer: find(request) };
    return last.peer;
  };
}

const MAPPED = '::ffff:';

/**
 * What one client has of addresses: with IPv4 one, with IPv6 commonly a network of 64 bits, in which it takes whichever it
 * likes.
 */
export function networkOf(address: string): string {
  // Most are not, and to look for a colon is to look at far less.
  if (!address.includes(':') || !isIPv6(address)) return address;
  const mapped = address.toLowerCase().startsWith(MAPPED) && address.includes('.');
  return mapped ? address.slice(MAPPED.length) : groupsOf(address).slice(0, 4).join(':');
}

/** The eight groups of an address, `::` written out. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = (text: string): string[] =>
    text === '' ? [] : text.split(':').map((one) => one.replace(/^0+(?=.)/, ''));
  if (tail === undefined) return groups(head);
  const [before, after] = [groups(head), groups(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}
