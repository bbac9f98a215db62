import type { IncomingMessage } from 'node:http';
import type { OriginOf } from './origin.ts';

/** Values of the token cookie; `ignored`: there are values, but the Origin is not an exact one. */
export type CookieTokens = readonly string[] | 'ignored';

export type CookieTokensOf = (request: IncomingMessage) => CookieTokens;

const NONE: CookieTokens = [];

/**
 * Reads the token cookie. Browsers send cookies whichever page connects, so the Origin must be a trusted one.
 *
 * @param name name of the cookie; undefined: cookies are not read.
 * @param longestToken in characters.
 */
export function createCookieTokensOf(
  name: string | undefined,
  originOf: OriginOf,
  longestToken: number,
): CookieTokensOf {
  if (name === undefined) return () => NONE;
  return (request) => {
    const values = valuesOf(request.headers.cookie ?? '', name, longestToken);
    if (values.length === 0) return NONE;
    return originOf(request) === 'exact' ? values : 'ignored';
  };
}

/** Ignores empty values. Keeps several: a page of a sibling domain can add a cookie of that name. */
function valuesOf(header: string, name: string, longestToken: number): string[] {
  return header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) return [];
    const value = decoded(
      pair
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    );
    // One character more than a token may have: a longer value is refused without being kept. Copied, because a substring keeps the whole header in memory: up to 16 KB of cookies per connection.
    return value === '' ? [] : [Buffer.from(value.slice(0, longestToken + 1)).toString()];
  });
}

/** Decodes percent-encoded cookies, as frameworks write them (`12%7Cabc`); other values stay unchanged. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
