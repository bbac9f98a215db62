/** Why a message went nowhere. Documented one by one in the README; a test compares the two lists. */
export const DROP_REASONS = [
  'no-route',
  'too-large',
  'no-payload',
  'not-json',
  'too-deep',
  'too-many-keys',
  'not-object',
  'not-cloudevent',
  'invalid',
  'no-target',
  'too-many-ids',
  'duplicate',
  'emit-failed',
] as const;

export type DropReason = (typeof DROP_REASONS)[number];
