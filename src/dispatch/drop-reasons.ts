/** Why a message was not delivered. Documented one by one in docs/errors.md; a test compares the two lists. */
export const DROP_REASONS = [
  'no-route',
  'too-large',
  'no-payload',
  'not-json',
  'too-deep',
  'too-many-keys',
  'not-object',
  'repeated-key',
  'not-cloudevent',
  'not-laravel',
  'invalid',
  'no-target',
  'nobody',
  'too-many-ids',
  'duplicate',
  'emit-failed',
] as const;

/** The message itself is invalid, and its text is available: a route with `on_invalid: quarantine` keeps it. */
export const INVALID_REASONS = [
  'too-large',
  'not-json',
  'too-deep',
  'too-many-keys',
  'not-object',
  'repeated-key',
  'not-cloudevent',
  'not-laravel',
  'invalid',
  'no-target',
  'too-many-ids',
] as const satisfies readonly DropReason[];

const INVALID: ReadonlySet<string> = new Set(INVALID_REASONS);

export function isInvalid(reason: DropReason): boolean {
  return INVALID.has(reason);
}

export type DropReason = (typeof DROP_REASONS)[number];
