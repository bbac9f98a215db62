import { rejection, type Rejection } from './rejection.ts';

/** The places of a handshake that may carry a token. */
export interface TokenPlaces {
  /** `auth.token` of the client's CONNECT. */
  readonly auth: unknown;
  readonly authorization: string | undefined;
  /** `?token=`; set only where the operator switched it on. */
  readonly query?: unknown;
  /** Values of the cookie that holds it. */
  readonly cookies?: readonly string[];
}

/** Longest token in characters. JWTs of identity providers hold groups, and a hundred of them are 10 KiB. */
export const LONGEST_TOKEN = { opaque: 4096, jwt: 16_384 };

/** Finds the token of a handshake; undefined if there is none. Tokens are opaque: only their form is checked. @param longest in characters. */
export function findToken(
  { auth, authorization, query, cookies = [] }: TokenPlaces,
  longest: number = LONGEST_TOKEN.opaque,
): string | Rejection | undefined {
  const bearer = authorization === undefined ? undefined : /^bearer +(.*)$/i.exec(authorization)?.[1];
  const given = [auth, bearer, query].find(
    (candidate) => candidate !== undefined && candidate !== null && candidate !== '',
  );
  const [cookie, ...others] = new Set(cookies);
  if (given === undefined && others.length > 0) return malformed('its cookie has several values');
  const token = given ?? cookie;
  if (token === undefined) return undefined;
  if (typeof token !== 'string') return malformed(`it is ${kindOf(token)}, not text`);
  if (token.length > longest) return malformed(`it is longer than ${longest} characters`);
  const found = PROBLEMS.find(([, hasIt]) => hasIt(token));
  return found === undefined ? token : malformed(found[0]);
}

/** The usual mistakes, each with its own text. A well-formed token never matches one of them. */
const PROBLEMS: readonly (readonly [problem: string, hasIt: (token: string) => boolean])[] = [
  ['it begins with "Bearer "; auth.token is the token alone', (token) => /^\s*bearer\s/i.test(token)],
  ['it is in quotes; send what is between them', (token) => /^\s*(["'`]).*\1\s*$/s.test(token)],
  ['it has white space or a line end around it; trim it', (token) => token !== token.trim()],
  ['it is the text of a variable without a value', (token) => /^(undefined|null|NaN|\[object \w+\])$/.test(token)],
  ['it has white space, control characters or letters beyond ASCII', (token) => !/^[\x21-\x7e]+$/.test(token)],
];

function malformed(problem: string): Rejection {
  const { message } = rejection('token-malformed');
  return rejection('token-malformed', { message: `${message}; ${problem}` });
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
