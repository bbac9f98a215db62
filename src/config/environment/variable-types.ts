import { isIP } from 'node:net';
import { parseOriginEntry } from './origin-entry.ts';
import { unitProblem } from './units.ts';

/** Parses the text of a variable; throws Malformed. */
export type Parse<T> = (text: string) => T;

/** Says what is allowed; the caller adds the value, unless it is a secret. */
export class Malformed extends Error {
  /** The problem of the value, without the value. */
  readonly why: string | undefined;

  /** @param allowed the values that the variable accepts. */
  constructor(allowed: string, { why, ...options }: ErrorOptions & { readonly why?: string | undefined } = {}) {
    super(allowed, options);
    this.why = why;
  }
}

export const port: Parse<number> = (text) => integerBetween(text, 1, 65535);

/** A whole number where 0 disables. */
export const seconds =
  (most: number): Parse<number> =>
  (text) =>
    integerBetween(text, 0, most, 'seconds');

export const positiveSeconds: Parse<number> = (text) => integerBetween(text, 1, Number.MAX_SAFE_INTEGER, 'seconds');

export const positiveBytes: Parse<number> = (text) => integerBetween(text, 1, Number.MAX_SAFE_INTEGER, 'bytes');

/** A limit in bytes; 0 becomes Infinity. */
export const limitOfBytes: Parse<number> = (text) =>
  integerBetween(text, 0, Number.MAX_SAFE_INTEGER, 'bytes') || Infinity;

const LONGEST_HEARTBEAT = 300;

/** Seconds; Socket.IO's own options are in milliseconds, so large values are refused. */
export const heartbeat: Parse<number> = (text) => {
  if (/^\d{1,16}$/.test(text) && Number(text) > LONGEST_HEARTBEAT)
    throw new Malformed(
      `a whole number of seconds from 1 to ${LONGEST_HEARTBEAT}; Socket.IO's own option is in milliseconds`,
    );
  return integerBetween(text, 1, LONGEST_HEARTBEAT, 'seconds');
};

/** First path segments that the gateway serves itself. */
const TAKEN = ['health', 'metrics', 'admin', 'console', 'docs'];

/** Adds a slash at both ends where it is missing. */
export const socketPath: Parse<string> = (text) => {
  const segments = text.replace(/^\//, '').replace(/\/$/, '').split('/');
  const isPlain = segments.every((segment) => /^[\w.~-]+$/.test(segment) && !/^\.+$/.test(segment));
  if (!isPlain || TAKEN.includes(segments[0] ?? ''))
    throw new Malformed(
      `a path such as /socket.io/ or /ws/socket.io/: names of letters, digits and . _ ~ -, the first none of ${TAKEN.join(', ')}`,
    );
  return `/${segments.join('/')}/`;
};

/** A limit; 0 becomes Infinity. */
export const limit: Parse<number> = (text) => integerBetween(text, 0, Number.MAX_SAFE_INTEGER) || Infinity;

export function integer(least: number, most: number): Parse<number> {
  return (text) => integerBetween(text, least, most);
}

export const path: Parse<string> = (text) => text;

export const flag: Parse<boolean> = (text) => choice('true', 'false')(text) === 'true';

export const secret: Parse<string> = (text) => {
  if (text.length < 16 || /\s/.test(text)) throw new Malformed('at least 16 characters without spaces');
  return text;
};

/** A cookie name of RFC 6265. */
export const cookieName: Parse<string> = (text) => {
  if (!/^[\w!#$%&'*+\-.^`|~]{1,100}$/.test(text)) {
    throw new Malformed(
      'the name of a cookie, such as token or __Host-token: up to 100 letters, digits and - _ . and the like',
    );
  }
  return text;
};

export const address: Parse<string> = (text) => {
  if (isIP(text) === 0 && text !== 'localhost') throw new Malformed('an IP address, such as 127.0.0.1 or ::');
  return text;
};

export const hostAndPort: Parse<string> = (text) => {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  if (!match?.[2] || Number(match[2]) < 1 || Number(match[2]) > 65535) {
    throw new Malformed('host:port, such as auth-service:50051');
  }
  return text;
};

/** Comma-separated origins, normalised. */
export const origins: Parse<readonly string[]> = (text) =>
  items(text).map((item) => {
    const entry = parseOriginEntry(item);
    if (entry === undefined) {
      throw new Malformed(
        'origins such as https://app.example.com, comma-separated, without a path and with hosts in ASCII (xn--…); https://*.example.com for one label before a domain of two labels or more; null; file://',
      );
    }
    return entry;
  });

const PROXY_GROUPS = ['loopback', 'linklocal', 'uniquelocal'];

/** Comma-separated addresses, networks (10.0.0.0/8) or names of address groups. */
export const trustedProxies: Parse<readonly string[]> = (text) =>
  items(text).map((item) => {
    const [ip = '', prefix, ...rest] = item.split('/');
    const bits = isIP(ip) === 6 ? 128 : 32;
    const network =
      isIP(ip) !== 0 &&
      rest.length === 0 &&
      (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits));
    if (!network && !PROXY_GROUPS.includes(item)) {
      throw new Malformed(`addresses, networks such as 10.0.0.0/8, or ${PROXY_GROUPS.join(', ')}; comma-separated`);
    }
    return item;
  });

export function choice<T extends string>(...allowed: readonly T[]): Parse<T> {
  return (text) => {
    const value = allowed.find((one) => one === text);
    if (value === undefined) throw new Malformed(`one of ${allowed.join(', ')}`);
    return value;
  };
}

export function listOf<T>(parse: Parse<readonly T[]>): Parse<readonly T[]> {
  return (text) => (text === '' ? [] : parse(text));
}

export function optional<T>(parse: Parse<T>): Parse<T | undefined> {
  return (text) => (text === '' ? undefined : parse(text));
}

function items(text: string): string[] {
  const list = text.split(',').map((item) => item.trim());
  if (list.includes('')) throw new Malformed('a comma-separated list without empty items');
  return list;
}

/** @param unit of the number, which is written without it. */
function integerBetween(text: string, least: number, most: number, unit?: 'seconds' | 'bytes'): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  const isAllowed = (number: number): boolean => number >= least && number <= most;
  if (isAllowed(value)) return value;
  const of = unit === undefined ? '' : ` of ${unit}`;
  const why = unit && unitProblem(text, unit, isAllowed);
  throw new Malformed(`a whole number${of} from ${least} to ${most}`, { why });
}
