import type { ResetReason } from './reset-reasons.ts';

/** Thrown where a replay cannot be complete: the client gets `gateway:reset` with this reason. */
export class ReplayIncomplete extends Error {
  readonly reason: ResetReason;

  constructor(reason: ResetReason) {
    super(reason);
    this.name = 'ReplayIncomplete';
    this.reason = reason;
  }
}
