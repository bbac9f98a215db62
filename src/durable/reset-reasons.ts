/** Why a client must load its state anew. Documented in docs/durable-routes.md; a test compares the two lists. */
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

/** Those that an instance tells to all its clients: its history is another one, or entries were gone before it read them. */
export const HISTORY_LOSSES = ['epoch', 'fork', 'deleted', 'trimmed'] as const satisfies readonly ResetReason[];

export type HistoryLoss = (typeof HISTORY_LOSSES)[number];
