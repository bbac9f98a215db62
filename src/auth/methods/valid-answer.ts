import type { UserId } from '../../routes/user-id.ts';
import type { ClaimsReading } from '../claims.ts';
import type { TokenAnswer } from '../token-answer.ts';

/**
 * The answer about a token that its method found valid.
 *
 * @param expiry in seconds since 1970; undefined where the method knows none. A token that has expired is invalid, whatever
 * the method says: its connection would be closed as soon as it opens.
 */
export function validAnswer(
  user: UserId | undefined,
  { claims, skipped }: ClaimsReading,
  expiry: number | undefined,
): TokenAnswer {
  if (user === undefined) return { kind: 'no-user-id' };
  const expiresAt = expiry === undefined ? undefined : expiry * 1000;
  if (expiresAt !== undefined && expiresAt <= Date.now()) return { kind: 'invalid' };
  return {
    kind: 'valid',
    identity: { user, ...(claims && { claims }), ...(expiresAt !== undefined && { expiresAt }) },
    ...(skipped.length > 0 && { skippedClaims: skipped }),
  };
}
