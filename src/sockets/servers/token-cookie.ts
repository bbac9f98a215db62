import type { IncomingMessage } from 'node:http';
import type { OriginOf } from './origin.ts';

/** Values of the cookie that holds the token; `ignored`: there are some, from a page that is not known by its name. */
export type CookieTokens = readonly string[] | 'ignored';

export type CookieTokensOf = (request: IncomingMessage) => CookieTokens;

const NONE: CookieTokens = [];

/** One more than a token may have: what is longer needs not be kept to be refused. */
const LONGEST = 4097;

/**
 * Browsers send cookies whichever page connects, so the Origin must name a page that is trusted with them.
 *
 * @param name of the cookie; nothing: cookies are not looked at.
 */
export function createCookieTokensOf(name: string | undefined, originOf: OriginOf): CookieTokensOf {
  if (name === undefined) return () => NONE;
  return (request) => {
    const values = valuesOf(request.headers.cookie ?? '', name);
    if (values.length === 0) return NONE;
    return originOf(request) === 'exact' ? values : 'ignored';
  };
}

/** Empty ones are none. Several stay several: a page of a sibling domain can add one of that name. */
function valuesOf(header: string, name: string): string[] {
  return header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) return [];
    const value = decoded(
      pair
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    );
    // A copy: a part of a text keeps all of it in memory, which may be 16 KB of cookies for each connection.
    return value === '' ? [] : [Buffer.from(value.slice(0, LONGEST)).toString()];
  });
}

/** Frameworks write cookies percent-encoded (`12%7Cabc`); what is no such text is taken as it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
