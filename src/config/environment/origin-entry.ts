import { isWebOrigin, parseOrigin, type Origin } from './origin.ts';

/** Schemes refused as app schemes: other programs own them, or they have no pages (ftp). */
const REFUSED_SCHEMES = ['ftp', 'file', 'data', 'blob', 'about', 'javascript'];

const WILDCARD = '*';

/**
 * Normalises an entry of CORS_ORIGIN: an origin, `null`, `file://`, or an origin with `*` as the first label of its host.
 * Returns undefined for anything else.
 */
export function parseOriginEntry(text: string): string | undefined {
  const [before, rest, ...more] = text.split('://*.');
  if (before === undefined || rest === undefined || more.length > 0) return originEntry(text);
  // A label that represents every value of the star.
  const sample = parseOrigin(`${before}://x.${rest}`);
  if (sample === undefined || !isBrowserOrigin(sample) || !isOfOneOwner(sample)) return undefined;
  return wildcardOf(sample);
}

function originEntry(text: string): string | undefined {
  const origin = parseOrigin(text);
  if (origin === undefined) return undefined;
  if (origin.authority === '') return origin.text;
  if (isWebOrigin(origin)) return isBrowserOrigin(origin) ? origin.text : undefined;
  // Origins of pages inside an app, such as capacitor://localhost or chrome-extension://id.
  return REFUSED_SCHEMES.includes(origin.scheme) || !URL.canParse(origin.text) ? undefined : origin.text;
}

/** URL normalises hosts such as 127.1, and browsers send the result. */
function isBrowserOrigin(origin: Origin): boolean {
  return isWebOrigin(origin) && URL.canParse(origin.text) && new URL(origin.text).origin === origin.text;
}

/** Refuses `https://*.com`, which allows any site. */
function isOfOneOwner({ authority }: Origin): boolean {
  const [, ...parents] = authority.replace(/:\d+$/, '').split('.');
  return parents.every((label) => label !== '') && (parents.length > 1 || parents[0] === 'localhost');
}

/** Returns the pattern that also allows the sibling hosts: `https://a.example.com` → `https://*.example.com`. */
export function wildcardOf({ scheme, authority }: Origin): string | undefined {
  const dot = authority.indexOf('.');
  return dot > 0 ? `${scheme}://${WILDCARD}${authority.slice(dot)}` : undefined;
}

/** Warnings at start for entries that name pages without a host. */
export function warningsOf(entries: readonly string[]): string[] {
  return entries.flatMap((entry) => WARNINGS[entry] ?? []);
}

const WARNINGS: Readonly<Record<string, string>> = {
  null: 'CORS_ORIGIN names null: any page in a sandboxed frame, of any site, and any local file may connect; only the token identifies the client',
  'file://':
    'CORS_ORIGIN names file://: any HTML file that a user opens from a disk may connect; only the token identifies the client. An app should use a scheme of its own, such as app://localhost',
};
