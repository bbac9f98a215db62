import type { UserId } from '../routes/user-id.ts';

/**
 * What the auth service answers about a token. `unavailable` says nothing about the token: the client may reconnect.
 * `answered` is set where the service itself refuses to answer, which is no sign of an outage.
 */
export type TokenAnswer =
  | { readonly kind: 'valid'; readonly user: UserId }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'no-user-id' }
  | { readonly kind: 'unavailable'; readonly cause: string; readonly answered?: true };

/** The source of an answer: a call of its own, another client's call with the same token, or the cache. */
export const ANSWER_SOURCES = ['service', 'shared', 'cache'] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];
