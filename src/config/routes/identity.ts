import { isObject } from '../../schema/json.ts';
import type { UserIdKind } from '../../schema/target-field.ts';

/** Who users are: the kind of their ids, and the claims that the gateway takes from tokens. */
export interface IdentityConfig {
  readonly userId: UserIdKind;
  readonly claims: readonly string[];
}

export const DEFAULT_IDENTITY: IdentityConfig = { userId: 'uint64', claims: [] };

/** Reads `identity` of a routes file; absent or malformed keys get their defaults. */
export function readIdentity(routesFile: unknown): IdentityConfig {
  const identity = isObject(routesFile) ? routesFile['identity'] : undefined;
  if (!isObject(identity)) return DEFAULT_IDENTITY;
  const { user_id: userId, claims } = identity;
  return {
    userId: userId === 'text' ? 'text' : 'uint64',
    claims: Array.isArray(claims) ? claims.filter((claim): claim is string => typeof claim === 'string') : [],
  };
}
