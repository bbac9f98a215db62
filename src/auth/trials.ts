import type { Caller } from './breaker.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Calls by which an open breaker finds out whether the service answers again. */
export interface Trials {
  judge(caller: Caller): 'call' | 'wait' | 'refuse';
  /** As many as may be are under way. */
  isEnough(): boolean;
  started(caller: Caller): void;
  ended(caller: Caller): void;
  /** A token was not answered, in a trial or before. */
  tokenFailed(caller: Caller): void;
  /** @returns whether it is an outage still, for all networks. */
  trialFailed(caller: Caller): boolean;
  /** The first trials after a pause, or after an outage. */
  reset(): void;
}

export interface TrialsOptions {
  readonly now: () => number;
  readonly isKnown: (caller: Caller) => boolean;
  /** Until when the next pause lasts. */
  readonly nextPause: () => number;
}

/** A token that failed is no trial again for that long. */
const FAILED_MS = 2000;
const MOST_FAILED = 2000;
/** Trials at once, of one network each. */
const TRIALS = 5;
/** The lane of all tokens that were good before: no network has this name. */
const KNOWN = 'known';

/**
 * A failed trial ends only the trials of its own network, until another network or a token that was good before fails, too:
 * a stranger who always has a fresh token that fails keeps no other network out.
 */
export function createTrials({ now, isKnown, nextPause }: TrialsOptions): Trials {
  const failed = new ExpiringMap<string, true>(FAILED_MS, MOST_FAILED);
  const underWay = new Map<string, string>();
  /** The only network whose trial failed within the last pause. */
  let barred: { readonly network: string; readonly until: number } | undefined;

  const laneOf = (caller: Caller): string => (isKnown(caller) ? KNOWN : caller.network);
  const isBarred = (network: string): boolean => barred?.network === network && now() < barred.until;

  return {
    judge(caller) {
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
      if (isSecond || isKnown(caller)) return true;
      barred = { network: caller.network, until: nextPause() };
      return false;
    },
    reset: () => void (barred = undefined),
  };
}
