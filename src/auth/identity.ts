import type { UserId, UserIds } from '../routes/user-id.ts';

/** Declared claims of a token by name; each has at least one value. */
export type Claims = ReadonlyMap<string, readonly string[]>;

/** The identity of a client; without a user it is anonymous. */
export interface Identity {
  readonly user?: UserId;
  /** Absent where the routes file declares none, or the token has none of them. */
  readonly claims?: Claims;
  /** When the token expires, in milliseconds since 1970; absent where that is not known. */
  readonly expiresAt?: number;
}

/** The identity in a valid token. */
export interface UserIdentity extends Identity {
  readonly user: UserId;
}

/** What `identity` of the routes file says about tokens. */
export interface IdentityRules {
  /** Fixed until a restart. */
  readonly userIds: UserIds;
  /** Names of the declared claims; a reload may change them. */
  readonly claims: () => readonly string[];
}
