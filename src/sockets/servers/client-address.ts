import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Client address; X-Forwarded-For counts from trusted proxies only. */
export interface Peer {
  readonly address: string;
  /** The request has X-Forwarded-For from an untrusted peer, which is perhaps a proxy to trust. */
  readonly forwarded: boolean;
}

/** Whether an address is one of the proxies in TRUST_PROXY. */
export type IsTrustedProxy = (address: string) => boolean;

export function createProxyTrust(trusted: readonly string[]): IsTrustedProxy {
  const trust = proxyAddr.compile([...trusted]);
  return (address) => trust(address, 0);
}

/**
 * Finds the nearest address in X-Forwarded-For that is not a trusted proxy.
 *
 * @param unread is called for a trusted proxy that sends only `Forwarded` (RFC 7239), which is not read.
 */
export function createPeerOf(
  trusted: readonly string[],
  unread: (proxy: string) => void = () => undefined,
): (request: IncomingMessage) => Peer {
  const isTrusted = createProxyTrust(trusted);
  const find = ({ headers, socket: { remoteAddress = '' } }: IncomingMessage): Peer => {
    // Node joins repeated headers with commas.
    const given = headers['x-forwarded-for'];
    if (given === undefined) {
      if (headers.forwarded !== undefined && isTrusted(remoteAddress)) unread(remoteAddress);
      return { address: remoteAddress, forwarded: false };
    }
    if (!isTrusted(remoteAddress)) return { address: remoteAddress, forwarded: true };
    return { address: firstUntrusted(remoteAddress, String(given).split(','), isTrusted), forwarded: false };
  };
  // A handshake reads it three times in a row: for limits, control frames and the session.
  let last: { readonly request: IncomingMessage; readonly peer: Peer } | undefined;
  return (request) => {
    if (last?.request !== request) last = { request, peer: find(request) };
    return last.peer;
  };
}

/** Reads the list from its end. An item that is not an address is replaced by the proxy that sent it. */
function firstUntrusted(proxy: string, list: readonly string[], isTrusted: IsTrustedProxy): string {
  let address = proxy;
  for (const hop of list.toReversed()) {
    if (hop.trim() === '') continue;
    const next = addressIn(hop);
    if (next === undefined || !isTrusted(address)) break;
    address = next;
  }
  return address;
}

/** Parses an item of X-Forwarded-For; some balancers append a port (for example Azure Application Gateway). */
export function addressIn(item: string): string | undefined {
  const text = item.trim().replace(/^"(.*)"$/, '$1');
  if (isIP(text) !== 0) return text;
  const [, inBrackets, v4 = ''] = /^(?:\[([^\]]*)\]|([\d.]+))(?::[\w.-]*)?$/.exec(text) ?? [];
  if (inBrackets === undefined) return isIPv4(v4) ? v4 : undefined;
  return isIPv6(inBrackets) ? inBrackets : undefined;
}

/**
 * Returns the addresses of one client: an IPv4 address, or an IPv6 network of 64 bits, in which a client commonly chooses
 * its address.
 */
export function networkOf(address: string): string {
  // Most addresses are IPv4, and the search for a colon is cheaper.
  if (!address.includes(':') || !isIPv6(address)) return address;
  const groups = groupsOf(address.toLowerCase());
  return ipv4In(groups) ?? groups.slice(0, 4).join(':');
}

/** Returns the IPv4 address in `::ffff:203.0.113.7`, also where it is written `::ffff:cb00:7107`. */
function ipv4In(groups: readonly string[]): string | undefined {
  if (!groups.slice(0, 5).every((group) => group === '0') || groups[5] !== 'ffff') return undefined;
  const last = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return last.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

/** Returns the eight groups of an address, with `::` and a final IPv4 address expanded. */
function groupsOf(address: string): string[] {
  const [text = ''] = address.split('%');
  const [head = '', tail] = inHexadecimal(text).split('::');
  const groups = (part: string): string[] =>
    part === '' ? [] : part.split(':').map((one) => one.replace(/^0+(?=.)/, ''));
  if (tail === undefined) return groups(head);
  const [before, after] = [groups(head), groups(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

function inHexadecimal(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
}
