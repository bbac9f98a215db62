import type { CallDecision, Caller } from './caller.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Trial calls of a half-open breaker: they show whether the service answers again. */
export interface HalfOpenTrials {
  decide(caller: Caller): CallDecision;
  /** True while as many trials are under way as are allowed. */
  isEnough(): boolean;
  started(caller: Caller): void;
  ended(caller: Caller): void;
  /** A call about this token was not answered, in a trial or before. */
  tokenFailed(caller: Caller): void;
  /** @returns whether the outage lasts, for all networks. */
  trialFailed(caller: Caller): boolean;
  /** Called when a pause begins, and when the outage is over. */
  reset(): void;
}

export interface HalfOpenTrialsOptions {
  readonly now: () => number;
  /** True if the caller's token was valid before. */
  readonly wasValid: (caller: Caller) => boolean;
  /** When the next pause would end. */
  readonly nextPause: () => number;
}

/** A token that failed is no trial for so long. */
const FAILED_MS = 2000;
const MOST_FAILED = 2000;
/** Trials at the same time, one from each lane. */
const TRIALS = 5;
/** All tokens that were valid before share this lane: no network has this name. */
const VALID_BEFORE = 'valid-before';

/**
 * A failed trial ends only the trials of its own network, until another network or a token that was valid before fails, too:
 * an attacker who always has another token that fails keeps no other network out.
 */
export function createHalfOpenTrials({ now, wasValid, nextPause }: HalfOpenTrialsOptions): HalfOpenTrials {
  const failed = new ExpiringMap<string, true>(FAILED_MS, MOST_FAILED);
  const underWay = new Map<string, string>();
  /** The only network whose trial failed within the last pause. */
  let barred: { readonly network: string; readonly until: number } | undefined;

  const laneOf = (caller: Caller): string => (wasValid(caller) ? VALID_BEFORE : caller.network);
  const isBarred = (network: string): boolean => barred?.network === network && now() < barred.until;

  return {
    decide(caller) {
      if (failed.get(caller.key, now()) !== undefined) return 'refuse';
      const lane = laneOf(caller);
      if (isBarred(lane)) return 'refuse';
      return underWay.size < TRIALS && !underWay.has(lane) ? 'call' : 'wait';
    },
    isEnough: () => underWay.size >= TRIALS,
    started: (caller) => void underWay.set(laneOf(caller), caller.key),
    ended({ key }) {
      for (const [lane, one] of underWay) if (one === key) underWay.delete(lane);
    },
    tokenFailed: ({ key }) => failed.set(key, true, now()),
    trialFailed(caller) {
      const isSecond = barred !== undefined && barred.network !== caller.network && now() < barred.until;
      if (isSecond || wasValid(caller)) return true;
      barred = { network: caller.network, until: nextPause() };
      return false;
    },
    reset: () => void (barred = undefined),
  };
}
