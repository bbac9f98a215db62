import type { UserIdentity } from './identity.ts';

/**
 * What a method answers about a token.
 *
 * - `not-mine`: the token has not the form that the method checks; the next method is called.
 * - `unavailable` says nothing about the token: the client may reconnect. `answered` is set where that is no sign of an
 *   outage, as the service itself refuses to answer.
 */
export type TokenAnswer =
  | {
      readonly kind: 'valid';
      readonly identity: UserIdentity;
      /** Declared claims that the token has in a form that is not read. */
      readonly skippedClaims?: readonly string[];
    }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'no-user-id' }
  | { readonly kind: 'not-mine' }
  | { readonly kind: 'unavailable'; readonly cause: string; readonly answered?: true };

/** The source of an answer: a call of its own, another client's call with the same token, or the cache. */
export const ANSWER_SOURCES = ['service', 'shared', 'cache'] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];
