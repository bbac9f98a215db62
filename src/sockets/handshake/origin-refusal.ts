import type { IncomingMessage } from 'node:http';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import { parseOriginEntry } from '../../config/environment/origin-entry.ts';

const LONGEST = 200;

const PROXY_HINT =
  'for pages of the own host, the proxy must pass Host with its port, or X-Forwarded-Host from an address in TRUST_PROXY';

/** Origins that do not identify the author of a page: the hint warns instead of giving a line to copy. */
const OPAQUE_HINTS: Readonly<Record<string, string>> = {
  null: 'a sandboxed frame, a local file, or a redirected request; CORS_ORIGIN=null would accept those of any site',
  'file://': 'a local file; CORS_ORIGIN=file:// would accept any local file; an app should use a scheme of its own',
};

/** Helps an operator to distinguish a page that is missing in CORS_ORIGIN from one that must stay refused. */
export function originRefusal({ headers }: IncomingMessage): Rejection {
  const { origin = '', host = '', 'x-forwarded-host': forwarded } = headers;
  const found = {
    origin: shown(origin),
    host: shown(host),
    ...(forwarded !== undefined && { forwardedHost: shown(String(forwarded)) }),
  };
  return rejection('origin-refused', { found, hint: hintFor(origin) });
}

function hintFor(origin: string): string {
  const entry = origin.length > LONGEST ? undefined : parseOriginEntry(origin);
  if (entry === undefined) return 'this is not an origin that browsers send: scheme://host, with a port where needed';
  return OPAQUE_HINTS[entry] ?? `to allow this page: CORS_ORIGIN=${entry} (several: comma-separated); ${PROXY_HINT}`;
}

/** Formats a header of an unauthenticated client as one short line of ASCII, without credentials or a query. */
function shown(text: string): string {
  return text
    .slice(0, LONGEST)
    .replace(/[?#].*/s, '')
    .replace(/\/\/[^/]*@/, '//')
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, LONGEST);
}
