import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import proxyAddr from 'proxy-addr';

/** Tells whence a request comes: the first address in X-Forwarded-For, seen from us, that is no trusted proxy. */
export function createClientAddress(trusted: readonly string[]): (request: IncomingMessage) => string {
  const trust = proxyAddr.compile([...trusted]);
  return (request) => proxyAddr(request, trust);
}

/** Whether a request has X-Forwarded-For and comes from nobody who is trusted with it; perhaps one should be. */
export function isForwardedByStranger(request: IncomingMessage, address: string): boolean {
  return request.headers['x-forwarded-for'] !== undefined && address === request.socket.remoteAddress;
}

const MAPPED = '::ffff:';

/**
 * What one client has of addresses: with IPv4 one, with IPv6 commonly a network of 64 bits, in which it takes whichever it
 * likes.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
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
