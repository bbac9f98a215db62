import { isWebOrigin, parseOrigin, type Origin } from './origin.ts';

/** Never app schemes: programs have them for themselves, or as ftp they have no pages. */
const REFUSED_SCHEMES = ['ftp', 'file', 'data', 'blob', 'about', 'javascript'];

const WILDCARD = '*';

/**
 * An entry of CORS_ORIGIN in the spelling in which it is compared: an origin, `null`, `file://`, or with `*` in place of the
 * first label of its host. Nothing: it is none of these.
 */
export function parseOriginEntry(text: string): string | undefined {
  const [before, rest, ...more] = text.split('://*.');
  if (before === undefined || rest === undefined || more.length > 0) return originEntry(text);
  // A label that stands for all that the star may be.
  const sample = parseOrigin(`${before}://x.${rest}`);
  if (sample === undefined || !isBrowserOrigin(sample) || !isOfOneOwner(sample)) return undefined;
  return wildcardOf(sample);
}

function originEntry(text: string): string | undefined {
  const origin = parseOrigin(text);
  if (origin === undefined) return undefined;
  if (origin.authority === '') return origin.text;
  if (isWebOrigin(origin)) return isBrowserOrigin(origin) ? origin.text : undefined;
  // Of pages inside an app, such as capacitor://localhost or chrome-extension://id.
  return REFUSED_SCHEMES.includes(origin.scheme) || !URL.canParse(origin.text) ? undefined : origin.text;
}

/** URL repairs hosts such as 127.1: browsers send what it makes of them. */
function isBrowserOrigin(origin: Origin): boolean {
  return isWebOrigin(origin) && URL.canParse(origin.text) && new URL(origin.text).origin === origin.text;
}

/** `https://*.com` is everybody. */
function isOfOneOwner({ authority }: Origin): boolean {
  const [, ...parents] = authority.replace(/:\d+$/, '').split('.');
  return parents.every((label) => label !== '') && (parents.length > 1 || parents[0] === 'localhost');
}

/** The entry that would take all hosts beside this one: `https://a.example.com` → `https://*.example.com`. */
export function wildcardOf({ scheme, authority }: Origin): string | undefined {
  const dot = authority.indexOf('.');
  return dot > 0 ? `${scheme}://${WILDCARD}${authority.slice(dot)}` : undefined;
}

/** What is allowed besides, where entries name pages that have no host: told when the gateway starts. */
export function warningsOf(entries: readonly string[]): string[] {
  return entries.flatMap((entry) => WARNINGS[entry] ?? []);
}

const WARNINGS: Readonly<Record<string, string>> = {
  null: 'CORS_ORIGIN names null: any page in a sandboxed frame, whatever site has made it, and any local file may connect; only the token tells who it is',
  'file://':
    'CORS_ORIGIN names file://: any HTML file that a user opens from a disk may connect; only the token tells who it is. An app is better off with a scheme of its own, such as app://localhost',
};
