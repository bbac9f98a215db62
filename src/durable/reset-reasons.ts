/** Why a client must reload its state. Documented in docs/durable-routes.md; a test compares the two lists. */
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
  'not-ready',
] as const;

export type ResetReason = (typeof RESET_REASONS)[number];

/** Reasons that an instance sends to all its clients: the history has changed, or entries were removed before they were read. */
export const HISTORY_LOSSES = ['epoch', 'fork', 'deleted', 'trimmed'] as const satisfies readonly ResetReason[];

export type HistoryLoss = (typeof HISTORY_LOSSES)[number];
