import { createHash, timingSafeEqual } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

export interface AdminAccessOptions {
  readonly development: boolean;
  readonly token: string | undefined;
  /** Returns the address of the client; X-Forwarded-For counts from trusted proxies only. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly refused: (status: number, address: string) => void;
}

/** Decides who may use `/admin/*`, and whether the console is served. */
export interface AdminAccess {
  /** Whether `/admin/*`, `/console` and `/docs` are served; otherwise they answer 404 like any unknown path. */
  readonly served: boolean;
  /** Runs before everything under `/admin`. A request that passes may read payloads too. */
  readonly guard: RequestHandler;
}

interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

/** With a token, requests need it as Bearer. Without one, in development, only pages of other sites are refused. */
export function createAdminAccess({ development, token, addressOf, refused }: AdminAccessOptions): AdminAccess {
  return {
    served: development || token !== undefined,
    guard(request, response, next) {
      const refusal = token === undefined ? crossSiteRefusal(request) : tokenRefusal(request, token);
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

/** Hashes to equal lengths: the comparison does not reveal the length of the token. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function tokenRefusal(request: IncomingMessage, token: string): Refusal | undefined {
  if (isBearer(request, token)) return undefined;
  const found = request.headers.authorization === undefined ? 'no Authorization header' : 'another Authorization';
  return { status: 401, error: `found ${found}; allowed is Authorization: Bearer with the value of ADMIN_TOKEN` };
}

/** Refuses pages of other sites by Host (DNS rebinding), Sec-Fetch-Site and Origin. */
function crossSiteRefusal({ headers }: IncomingMessage): Refusal | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (!isOwnName(host))
    return forbidden(
      `found Host ${JSON.stringify(host)}; without ADMIN_TOKEN only localhost and IP addresses are allowed, because any other name may be DNS of another site; set ADMIN_TOKEN`,
    );
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return forbidden(`found Sec-Fetch-Site: ${site}; pages of other sites need ADMIN_TOKEN`);
  // Compared as text: browsers send no origin that a URL parser would normalise.
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return forbidden(`found Origin ${origin}; without ADMIN_TOKEN only pages of this gateway are allowed`);
  return undefined;
}

function forbidden(error: string): Refusal {
  return { status: 403, error };
}

/** DNS of another site cannot point IP addresses or localhost to this gateway. */
function isOwnName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const inBrackets = /^\[(.+)\]$/.exec(name)?.[1];
  if (inBrackets !== undefined) return isIPv6(inBrackets);
  return isIPv4(name) || name === 'localhost' || name.endsWith('.localhost');
}
