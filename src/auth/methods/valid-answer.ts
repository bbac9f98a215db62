import type { UserId } from '../../routes/user-id.ts';
import type { ClaimsReading } from '../claims.ts';
import type { TokenAnswer } from '../token-answer.ts';

/** How far the clocks of issuer and gateway may differ. */
export const CLOCK_SKEW_MS = 30_000;

/**
 * The answer about a token that its method found valid.
 *
 * @param expiry in seconds since 1970; undefined where the method knows none. A token that expired longer ago than
 * clocks differ is invalid, whatever the method says.
 */
export function validAnswer(
  user: UserId | undefined,
  { claims, skipped }: ClaimsReading,
  expiry: number | undefined,
): TokenAnswer {
  if (user === undefined) return { kind: 'no-user-id' };
  const expiresAt = expiry === undefined ? undefined : expiry * 1000;
  if (expiresAt !== undefined && expiresAt + CLOCK_SKEW_MS <= Date.now())
    return { kind: 'invalid', why: 'it has expired' };
  return {
    kind: 'valid',
    identity: { user, ...(claims && { claims }), ...(expiresAt !== undefined && { expiresAt }) },
    ...(skipped.length > 0 && { skippedClaims: skipped }),
  };
}
