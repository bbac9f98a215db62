import { exponentialBackoff } from '../flow/backoff.ts';
import { ExpiringMap } from './expiring-map.ts';
import { OutageEvidence } from './outage-evidence.ts';
import { createTrials, type Trials } from './trials.ts';

/**
 * - `healthy`: the last call was answered.
 * - `failing`: it was not, which may mean nothing yet.
 * - `open`: no call is made.
 * - `trying`: the pause is over, and a few calls find out whether the service answers again.
 */
export type BreakerState = 'healthy' | 'failing' | 'open' | 'trying';

/** Who causes a call. */
export interface Caller {
  /** Hash of the token. */
  readonly key: string;
  /** The client's address, or its /64. */
  readonly network: string;
}

/** `known`: answered, and the token is good. */
export type CallResult = 'known' | 'answered' | 'unanswered';

/** Decides whether asking the auth service makes sense right now. */
export interface Breaker {
  state(): BreakerState;
  /** `wait`: other calls find out first. */
  judge(caller: Caller): 'call' | 'wait' | 'refuse';
  /** As many calls as may find out are under way. */
  isTriedEnough(): boolean;
  started(caller: Caller): void;
  /** @param askedAt in the breaker's own time. */
  ended(caller: Caller, result: CallResult, askedAt: number): void;
  now(): number;
}

const PAUSE_MS = { shortest: 1000, longest: 5000 };
/** Tokens that were good before: hashes, some 150 bytes each. */
const KNOWN_MS = 24 * 3600 * 1000;
const MOST_KNOWN = 20_000;

/**
 * While open, handshakes are answered with 503 at once: stock clients then come back with a growing delay, and a service
 * that is starting is not overrun. Tokens are cheap for a stranger and networks are not, so one network alone neither opens
 * it nor keeps it open.
 */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  const known = new ExpiringMap<string, true>(KNOWN_MS, MOST_KNOWN);
  let evidence = new OutageEvidence();
  let openUntil: number | undefined;
  let answeredAt = -Infinity;
  let pauses = 0;
  const isKnown = ({ key }: Caller): boolean => known.get(key, now()) !== undefined;
  const nextPause = (): number => now() + exponentialBackoff(PAUSE_MS, pauses++);
  const trials: Trials = createTrials({ now, isKnown, nextPause });

  function state(): BreakerState {
    if (openUntil === undefined) return evidence.isEmpty() ? 'healthy' : 'failing';
    return now() < openUntil ? 'open' : 'trying';
  }

  function isOutage(caller: Caller, askedAt: number): boolean {
    // Calls that were under way when it opened say nothing new.
    if (openUntil !== undefined) return askedAt >= openUntil && trials.trialFailed(caller);
    if (evidence.isStale(now())) evidence = new OutageEvidence();
    evidence.add(caller, isKnown(caller), Math.max(askedAt, answeredAt), now());
    return evidence.isOutage(now());
  }

  function answered({ key }: Caller, result: CallResult): void {
    if (result === 'known') known.set(key, true, now());
    else known.delete(key);
    evidence = new OutageEvidence();
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
    isTriedEnough: trials.isEnough,
    judge(caller) {
      const current = state();
      if (current === 'open') return 'refuse';
      return current === 'trying' ? trials.judge(caller) : 'call';
    },
    started(caller) {
      if (state() === 'trying') trials.started(caller);
    },
    ended(caller, result, askedAt) {
      trials.ended(caller);
      if (result === 'unanswered') unanswered(caller, askedAt);
      else answered(caller, result);
    },
  };
}
