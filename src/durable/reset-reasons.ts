/** Why a client must load its state anew. Documented in the README; a test compares the two lists. */
export const RESET_REASONS = [
  'epoch',
  'fork',
  'deleted',
  'trimmed',
  'ahead',
  'reader-behind',
  'too-far-behind',
  'invalid-position',
  'busy',
] as const;

export type ResetReason = (typeof RESET_REASONS)[number];

/** Those of a history that is no longer the one that was read. */
export type HistoryLoss = Extract<ResetReason, 'epoch' | 'fork' | 'deleted'>;
