import type { UserIdentity } from './identity.ts';

/** A way to check tokens, as AUTH_METHODS names it. */
export const AUTH_METHODS = ['jwt', 'grpc', 'http'] as const;
export type AuthMethodName = (typeof AUTH_METHODS)[number];

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
  /** `why` is one of a closed list of sentences; it is logged, and not sent to the client. */
  | { readonly kind: 'invalid'; readonly why?: string }
  | { readonly kind: 'no-user-id' }
  | { readonly kind: 'not-mine' }
  | { readonly kind: 'unavailable'; readonly cause: string; readonly answered?: true };

/** The source of an answer: a check of its own, by a method, another client's check of the same token, or the cache. */
export const ANSWER_SOURCES = ['service', 'shared', 'cache'] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];
