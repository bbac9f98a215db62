/** Pauses between attempts, in milliseconds. */
export interface BackoffRange {
  readonly shortest: number;
  readonly longest: number;
}

/** The pause after `failures` attempts in a row that failed: `shortest` without any, doubled by each, `longest` at most. */
export function exponentialBackoff({ shortest, longest }: BackoffRange, failures: number): number {
  return Math.min(shortest * 2 ** failures, longest);
}

/** A pause between three quarters and five quarters of `ms`: instances that failed together do not try again together. */
export function jittered(ms: number, random: () => number = Math.random): number {
  return ms * (0.75 + random() / 2);
}
