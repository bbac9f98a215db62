import { rejection, type Rejection } from './rejection.ts';

/** Where a handshake may carry its token. */
export interface TokenPlaces {
  /** `auth.token` of the client's CONNECT. */
  readonly auth: unknown;
  readonly authorization: string | undefined;
  /** `?token=`; given only where the operator switched it on. */
  readonly query?: unknown;
}

const LONGEST_TOKEN = 4096;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Tokens are opaque: their length and characters are all that is judged here. Nothing: no token anywhere. */
export function findToken({ auth, authorization, query }: TokenPlaces): string | Rejection | undefined {
  const bearer = authorization === undefined ? undefined : /^bearer +(.*)$/i.exec(authorization)?.[1];
  const token = [auth, bearer, query].find(
    (candidate) => candidate !== undefined && candidate !== null && candidate !== '',
  );
  if (token === undefined) return undefined;
  const sound = typeof token === 'string' && token.length <= LONGEST_TOKEN && VISIBLE_ASCII.test(token);
  return sound ? token : rejection('token-malformed');
}
