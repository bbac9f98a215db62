import type { IncomingMessage } from 'node:http';
import { wildcardOf } from '../../config/environment/origin-entry.ts';
import { authorityOf, isWebOrigin, parseOrigin, withPort, type Origin } from '../../config/environment/origin.ts';
import type { IsTrustedProxy } from './client-address.ts';

/**
 * What a request's Origin is to us.
 * - `absent`: there is none. Not a browser's page, and the token is needed all the same.
 * - `exact`: the gateway's own host, or an entry of CORS_ORIGIN to the letter.
 * - `loose`: allowed, but not a page that is known by its name: a pattern, `null`, `file://`, or our host without TLS
 *   where the client came with it.
 * - `foreign`: refused.
 */
export type OriginKind = 'absent' | 'exact' | 'loose' | 'foreign';

export type OriginOf = (request: IncomingMessage) => OriginKind;

/** A page that may connect. */
export function isAllowedPage(kind: OriginKind): boolean {
  return kind === 'exact' || kind === 'loose';
}

/** @param entries of CORS_ORIGIN, in the spelling in which origins are compared. */
export function createOriginOf(entries: readonly string[], isTrusted: IsTrustedProxy): OriginOf {
  const allowed = new Set(entries);
  const find = (request: IncomingMessage): OriginKind => {
    // Node joins repeated headers with commas, which no origin holds.
    const { origin: text } = request.headers;
    if (text === undefined) return 'absent';
    const origin = parseOrigin(text);
    if (origin === undefined) return 'foreign';
    if (origin.authority !== '' && allowed.has(origin.text)) return 'exact';
    if (isOwn(origin, request, isTrusted)) return isAsSafe(origin, request, isTrusted) ? 'exact' : 'loose';
    return isLoose(origin, allowed) ? 'loose' : 'foreign';
  };
  // A polling request asks twice: for the headers of its answer, and at the gate.
  let last: { readonly request: IncomingMessage; readonly kind: OriginKind } | undefined;
  return (request) => {
    if (last?.request !== request) last = { request, kind: find(request) };
    return last.kind;
  };
}

function isLoose(origin: Origin, allowed: ReadonlySet<string>): boolean {
  if (origin.authority === '') return allowed.has(origin.text);
  return allowed.has(wildcardOf(origin) ?? '');
}

/**
 * Whether a page is of the host that it asks, by whatever scheme: TLS may end at a proxy. No page can choose what its
 * browser sends as Host or X-Forwarded-Host.
 */
function isOwn(origin: Origin, request: IncomingMessage, isTrusted: IsTrustedProxy): boolean {
  if (!isWebOrigin(origin)) return false;
  const wanted = withoutDot(origin.authority);
  return hostsOf(request, isTrusted).some((host) => {
    const authority = authorityOf(host, origin.scheme);
    return authority !== undefined && withoutDot(authority) === wanted;
  });
}

/** `gateway.example.` is the same host by its full name; nginx's `$host` has it without the dot. */
function withoutDot(authority: string): string {
  return authority.replace(/\.(?=$|:)/, '');
}

/** The host that the client asked for, as the request says and as trusted proxies do. */
function hostsOf(request: IncomingMessage, isTrusted: IsTrustedProxy): string[] {
  const { host } = request.headers;
  const [forwarded, port] = [forwardedOf(request, 'host', isTrusted), forwardedOf(request, 'port', isTrusted)];
  const hosts = [host, forwarded].filter((one) => one !== undefined);
  const asked = forwarded ?? host;
  const onPort = port === undefined || asked === undefined ? undefined : withPort(asked, port);
  return onPort === undefined ? hosts : [...hosts, onPort];
}

/** A page that came without TLS, beside a client that came with it, may have been changed on its way. */
function isAsSafe({ scheme }: Origin, request: IncomingMessage, isTrusted: IsTrustedProxy): boolean {
  const forwarded = forwardedOf(request, 'proto', isTrusted)?.toLowerCase();
  return scheme === 'https' || (forwarded !== 'https' && forwarded !== 'wss');
}

/** From trusted proxies only. Of several values the first: each proxy adds its own behind what it was asked for. */
function forwardedOf(
  { headers, socket }: IncomingMessage,
  what: 'host' | 'port' | 'proto',
  isTrusted: IsTrustedProxy,
): string | undefined {
  const value = headers[`x-forwarded-${what}`];
  if (value === undefined || !isTrusted(socket.remoteAddress ?? '')) return undefined;
  return String(value).split(',')[0]?.trim();
}
