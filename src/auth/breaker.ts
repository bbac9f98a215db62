/**
 * - `healthy`: the last call was answered.
 * - `failing`: it was not, which may mean nothing yet.
 * - `open`: nobody is to ask.
 * - `trying`: the pause is over, and one call may find out whether the service answers again.
 */
export type BreakerState = 'healthy' | 'failing' | 'open' | 'trying';

/** Tells whether asking the auth service makes sense right now. */
export interface Breaker {
  state(): BreakerState;
  record(answered: boolean): void;
}

/** Missing answers in a row that open it. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

/**
 * While open, handshakes are answered with 503 at once: stock clients then come back with a growing delay, and a service
 * that is getting up again is not trampled.
 */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  let failures = 0;
  let openUntil = 0;
  const isOpen = (): boolean => now() < openUntil;
  return {
    state() {
      if (failures === 0) return 'healthy';
      if (failures < FAILURES) return 'failing';
      return isOpen() ? 'open' : 'trying';
    },
    record(answered) {
      if (answered) {
        failures = 0;
        openUntil = 0;
        return;
      }
      // Calls that were under way when it opened say nothing new.
      if (isOpen()) return;
      failures += 1;
      const excess = failures - FAILURES;
      if (excess >= 0) openUntil = now() + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(excess, 8), LONGEST_PAUSE_MS);
    },
  };
}
