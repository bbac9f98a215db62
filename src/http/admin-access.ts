import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

export interface AdminAccessOptions {
  readonly development: boolean;
  readonly token: string | undefined;
  /** The client's address, as far as proxies are trusted. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly refused: (status: number, address: string) => void;
}

/** Who may see `/admin/*`, and whether the console is there at all. */
export interface AdminAccess {
  /** Whether `/admin/*`, `/console` and `/docs` are served; where not, they are unknown paths like any other. */
  readonly served: boolean;
  /** Stands before everything under `/admin`. Whoever gets past may see payloads too. */
  readonly guard: RequestHandler;
}

interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

/** With a token its holders get in; without one, in development, everyone but pages of other sites. */
export function createAdminAccess({ development, token, addressOf, refused }: AdminAccessOptions): AdminAccess {
  return {
    served: development || token !== undefined,
    guard(request, response, next) {
      const refusal = token === undefined ? foreignness(request) : tokenFault(request, token);
      if (refusal === undefined) return next();
      refused(refusal.status, addressOf(request));
      if (refusal.status === 401) response.set('WWW-Authenticate', 'Bearer realm="gateway admin"');
      response.status(refusal.status).json({ error: refusal.error });
    },
  };
}

/** Whether the request carries this token as Bearer. */
export function isBearer(request: IncomingMessage, token: string | undefined): boolean {
  const given = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return token !== undefined && given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** Equal lengths, so that comparing tells nothing of the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function tokenFault(request: IncomingMessage, token: string): Refusal | undefined {
  if (isBearer(request, token)) return undefined;
  const found = request.headers.authorization === undefined ? 'no Authorization header' : 'another Authorization';
  return { status: 401, error: `found ${found}; wanted is Authorization: Bearer with the value of ADMIN_TOKEN` };
}

/** Without a token, pages of other sites are kept out: by their own words, and by the name that they came here by. */
function foreignness({ headers }: IncomingMessage): Refusal | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (!isOwnName(host))
    return forbidden(
      `found Host ${JSON.stringify(host)}; without ADMIN_TOKEN it is localhost or an IP address, as any other name may lead here from anywhere`,
    );
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return forbidden(`a page of another site asks (Sec-Fetch-Site: ${site}); that takes ADMIN_TOKEN`);
  // As text: what a URL parser would repair is no origin that a browser sends.
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return forbidden(`a page of ${origin} asks; without ADMIN_TOKEN only pages of this gateway may`);
  return undefined;
}

function forbidden(error: string): Refusal {
  return { status: 403, error };
}

/** Addresses and localhost cannot be made to lead here by somebody else's DNS. */
function isOwnName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const inBrackets = /^\[(.+)\]$/.exec(name)?.[1];
  if (inBrackets !== undefined) return isIPv6(inBrackets);
  return isIPv4(name) || name === 'localhost' || name.endsWith('.localhost');
}
