import { exponentialBackoff } from '../flow/backoff.ts';
import type { CallDecision, Caller } from './caller.ts';
import { ExpiringMap } from './expiring-map.ts';
import { createHalfOpenTrials, type HalfOpenTrials } from './half-open-trials.ts';
import { OutageDetector } from './outage-detector.ts';

/**
 * - `healthy`: the last call was answered.
 * - `failing`: it was not, which may mean nothing yet.
 * - `open`: no call is made.
 * - `half-open`: the pause is over, and a few trial calls show whether the service answers again.
 */
export type BreakerState = 'healthy' | 'failing' | 'open' | 'half-open';

/** `valid`: answered, and the token is valid. */
export type CallResult = 'valid' | 'answered' | 'unanswered';

/** Circuit breaker of the auth service. */
export interface Breaker {
  state(): BreakerState;
  decide(caller: Caller): CallDecision;
  /** True while as many trial calls are under way as are allowed. */
  hasEnoughTrials(): boolean;
  started(caller: Caller): void;
  /** @param askedAt `now()` of this breaker when the call started. */
  ended(caller: Caller, result: CallResult, askedAt: number): void;
  now(): number;
}

const PAUSE_MS = { shortest: 1000, longest: 5000 };
/** Tokens that were valid are remembered for a day: hashes, some 150 bytes each. */
const REMEMBERED_MS = 24 * 3600 * 1000;
const MOST_REMEMBERED = 20_000;

/**
 * While open, handshakes are answered with 503 immediately: stock clients then reconnect with a growing delay, and a service
 * that is starting is not overrun. An attacker has as many tokens as he likes, but few networks, so a single network neither
 * opens the breaker nor keeps it open.
 *
 * @param now in milliseconds.
 */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  const validTokens = new ExpiringMap<string, true>(REMEMBERED_MS, MOST_REMEMBERED);
  let detector = new OutageDetector();
  let openUntil: number | undefined;
  let answeredAt = -Infinity;
  let pauses = 0;
  const wasValid = ({ key }: Caller): boolean => validTokens.get(key, now()) !== undefined;
  const nextPause = (): number => now() + exponentialBackoff(PAUSE_MS, pauses++);
  const trials: HalfOpenTrials = createHalfOpenTrials({ now, wasValid, nextPause });

  function state(): BreakerState {
    if (openUntil === undefined) return detector.isEmpty() ? 'healthy' : 'failing';
    return now() < openUntil ? 'open' : 'half-open';
  }

  function isOutage(caller: Caller, askedAt: number): boolean {
    // Calls that were under way when the breaker opened say nothing new.
    if (openUntil !== undefined) return askedAt >= openUntil && trials.trialFailed(caller);
    if (detector.isStale(now())) detector = new OutageDetector();
    detector.unanswered(caller, wasValid(caller), Math.max(askedAt, answeredAt), now());
    return detector.isOutage(now());
  }

  function answered({ key }: Caller, result: CallResult): void {
    if (result === 'valid') validTokens.set(key, true, now());
    else validTokens.delete(key);
    detector = new OutageDetector();
    openUntil = undefined;
    answeredAt = now();
    pauses = 0;
    trials.reset();
  }

  function unanswered(caller: Caller, askedAt: number): void {
    trials.tokenFailed(caller);
    if (!isOutage(caller, askedAt)) return;
    openUntil = nextPause();
    trials.reset();
  }

  return {
    state,
    now,
    hasEnoughTrials: trials.isEnough,
    decide(caller) {
      const current = state();
      if (current === 'open') return 'refuse';
      return current === 'half-open' ? trials.decide(caller) : 'call';
    },
    started(caller) {
      if (state() === 'half-open') trials.started(caller);
    },
    ended(caller, result, askedAt) {
      trials.ended(caller);
      if (result === 'unanswered') unanswered(caller, askedAt);
      else answered(caller, result);
    },
  };
}
