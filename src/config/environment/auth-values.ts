import { parsePath } from '../../schema/pointer.ts';
import { Malformed, type Parse } from './variable-types.ts';

/** Ways to check tokens. */
const METHODS = ['jwt', 'grpc', 'http'] as const;
type Method = (typeof METHODS)[number];

/** At least one, and a service last: it decides about every token, so a method behind it is never called. */
export const authMethods: Parse<readonly Method[]> = (text) => {
  const names = text.split(',').map((name) => name.trim());
  const methods = METHODS.filter((method) => names.includes(method));
  const isKnown = names.every((name) => METHODS.some((method) => method === name));
  if (!isKnown || new Set(names).size < names.length)
    throw new Malformed(`a comma-separated list of ${METHODS.join(', ')}, each at most once`);
  const service = names.findIndex((name) => name !== 'jwt');
  if (service >= 0 && service < names.length - 1)
    throw new Malformed('jwt, grpc, http, or jwt before one of the two services', {
      why: `${names[service]} decides about every token, so ${names[service + 1]} behind it would never be called`,
    });
  return methods;
};

/** `https:`, or `http:`, which another rule restricts. */
export const httpsUrl: Parse<URL> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new Malformed('an https:// address without user and password');
  return url;
};

/** The path of a JSON Pointer. */
export const pointer: Parse<readonly string[]> = (text) => {
  if (!/^(\/([^~/]|~[01])*)+$/.test(text)) throw new Malformed('a JSON Pointer (RFC 6901), such as /sub or /user/id');
  return parsePath(text);
};

/** `name=/pointer`, comma-separated. */
export const claimPointers: Parse<ReadonlyMap<string, readonly string[]>> = (text) => {
  const entries = text === '' ? [] : text.split(',').map((entry) => /^\s*([^=\s]+)=(\S+)\s*$/.exec(entry));
  const claims = new Map<string, readonly string[]>();
  for (const entry of entries) {
    const [, name, path] = entry ?? [];
    if (name === undefined || path === undefined || claims.has(name))
      throw new Malformed(
        'name=/pointer, comma-separated and each name once, such as orgs=/org_ids,roles=/realm_access/roles',
      );
    claims.set(name, pointer(path));
  }
  return claims;
};
