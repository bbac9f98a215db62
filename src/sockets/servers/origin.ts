import type { IncomingMessage } from 'node:http';
import { wildcardOf } from '../../config/environment/origin-entry.ts';
import { authorityOf, isWebOrigin, parseOrigin, withPort, type Origin } from '../../config/environment/origin.ts';
import type { IsTrustedProxy } from './client-address.ts';

/**
 * The kind of a request's Origin.
 * - `absent`: no Origin, so not a page in a browser; the token is needed all the same.
 * - `exact`: the gateway's own host, or an exact entry of CORS_ORIGIN.
 * - `loose`: allowed by a pattern, `null` or `file://`, or the own host without TLS where the client uses TLS.
 * - `foreign`: refused.
 */
export type OriginKind = 'absent' | 'exact' | 'loose' | 'foreign';

export type OriginOf = (request: IncomingMessage) => OriginKind;

/** Whether a page may connect. */
export function isAllowedPage(kind: OriginKind): boolean {
  return kind === 'exact' || kind === 'loose';
}

/** @param entries normalised entries of CORS_ORIGIN. */
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
  // A polling request reads it twice: for CORS headers and for the check.
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
 * Whether a page belongs to the requested host, with any scheme: TLS may end at a proxy. A page cannot choose the Host or
 * X-Forwarded-Host that its browser sends.
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

/** Returns the hosts that the client requested: Host, and X-Forwarded-Host of trusted proxies. */
function hostsOf(request: IncomingMessage, isTrusted: IsTrustedProxy): string[] {
  const { host } = request.headers;
  const [forwarded, port] = [forwardedOf(request, 'host', isTrusted), forwardedOf(request, 'port', isTrusted)];
  const hosts = [host, forwarded].filter((one) => one !== undefined);
  const asked = forwarded ?? host;
  const onPort = port === undefined || asked === undefined ? undefined : withPort(asked, port);
  return onPort === undefined ? hosts : [...hosts, onPort];
}

/** A page loaded without TLS may have been changed on its way, while the client uses TLS. */
function isAsSafe({ scheme }: Origin, request: IncomingMessage, isTrusted: IsTrustedProxy): boolean {
  const forwarded = forwardedOf(request, 'proto', isTrusted)?.toLowerCase();
  return scheme === 'https' || (forwarded !== 'https' && forwarded !== 'wss');
}

/** Reads a header of trusted proxies only, and its first value: each proxy appends its own. */
function forwardedOf(
  { headers, socket }: IncomingMessage,
  what: 'host' | 'port' | 'proto',
  isTrusted: IsTrustedProxy,
): string | undefined {
  const value = headers[`x-forwarded-${what}`];
  if (value === undefined || !isTrusted(socket.remoteAddress ?? '')) return undefined;
  return String(value).split(',')[0]?.trim();
}
