import type { ErrorAnswer } from './api.ts';

/** Codes of refused requests; each has an HTTP status in http/admin-routes.ts. */
export type Refusal = 'malformed' | 'not-in-production' | 'would-be-dropped' | 'redis-failed';

export type Reply<T> = { readonly answer: T } | { readonly refusal: Refusal; readonly error: ErrorAnswer };

export function refused(
  refusal: Refusal,
  error: string,
  drops?: readonly string[],
): { refusal: Refusal; error: ErrorAnswer } {
  return { refusal, error: { error, ...(drops && { drops }) } };
}
