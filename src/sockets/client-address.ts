import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

/** Tells whence a request comes: the first address in X-Forwarded-For, seen from us, that is no trusted proxy. */
export function createClientAddress(trusted: readonly string[]): (request: IncomingMessage) => string {
  const trust = proxyAddr.compile([...trusted]);
  return (request) => proxyAddr(request, trust);
}
