import type { IncomingMessage } from 'node:http';

/** Exact match with an entry, or the page's own host. No Origin: not a browser, and the token is needed all the same. */
export function isAllowedOrigin({ headers: { origin, host } }: IncomingMessage, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  // Compared as text: what a URL parser would repair is no origin that a browser sends.
  return host !== undefined && [`http://${host}`, `https://${host}`].includes(origin);
}
