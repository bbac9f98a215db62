/** Tells whether asking the auth service makes sense right now. */
export interface Breaker {
  isOpen(): boolean;
  record(answered: boolean): void;
}

/** Missing answers in a row that open it. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

/**
 * While open, handshakes are answered with 503 at once: stock clients then come back with a growing delay, and a service
 * that is getting up again is not trampled. When its pause is over, handshakes are let through until the next failure.
 */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  let failures = 0;
  let openUntil = 0;
  return {
    isOpen: () => now() < openUntil,
    record(answered) {
      failures = answered ? 0 : failures + 1;
      const excess = failures - FAILURES;
      if (answered) openUntil = 0;
      else if (excess >= 0) openUntil = now() + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(excess, 8), LONGEST_PAUSE_MS);
    },
  };
}
