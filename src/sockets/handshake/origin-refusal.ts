import type { IncomingMessage } from 'node:http';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import { parseOriginEntry } from '../../config/environment/origin-entry.ts';

const LONGEST = 200;

const PROXY_HINT =
  'for a page of the gateway itself the proxy has to pass Host with its port, or X-Forwarded-Host from an address in TRUST_PROXY';

/** Pages whose origin says nothing of who made them: no line to copy without a thought. */
const OPAQUE_HINTS: Readonly<Record<string, string>> = {
  null: 'a sandboxed frame, a local file, or a redirected request; CORS_ORIGIN=null would let in those of any site',
  'file://': 'a local file; CORS_ORIGIN=file:// would let in any; an app is better off with a scheme of its own',
};

/** Tells an operator a page that is missing in CORS_ORIGIN from one that is to stay out. */
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
  if (entry === undefined) return 'this is no origin that a browser sends: scheme://host, with a port if need be';
  return (
    OPAQUE_HINTS[entry] ??
    `if this page may connect: CORS_ORIGIN=${entry} (more than one: comma-separated); ${PROXY_HINT}`
  );
}

/** Whatever a stranger sends, as one short line of ASCII, without what may be secret: a user, a query. */
function shown(text: string): string {
  return text
    .slice(0, LONGEST)
    .replace(/[?#].*/s, '')
    .replace(/\/\/[^/]*@/, '//')
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, LONGEST);
}
