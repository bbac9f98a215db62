import type { AuthTrace, TokenAnswer, TokenChecker } from './authenticator.ts';
import type { Breaker } from './breaker.ts';
import type { RejectionCode } from './rejection.ts';

/** `busy`: the service was not asked, as too many wait for it already. */
export type CallOutcome = TokenAnswer | { readonly kind: 'busy' };

export interface CallLimits {
  /** Calls under way at once. */
  readonly calls: number;
  /** Those that may wait for their turn. */
  readonly waiting: number;
  /** How long one waits, in milliseconds. */
  readonly patience: number;
}

/** Calls to the auth service: only so many at once, and none while it does not answer. */
export interface TokenCalls {
  check(token: string, trace: AuthTrace): Promise<CallOutcome>;
  /** Why a call would be in vain right now, if so. */
  closedBecause(): Extract<RejectionCode, 'auth-unavailable' | 'auth-busy'> | undefined;
  underWay(): number;
  waiting(): number;
}

export interface TokenCallsOptions {
  readonly checker: TokenChecker;
  readonly breaker: Breaker;
  readonly limits?: CallLimits;
}

const LIMITS: CallLimits = { calls: 64, waiting: 2000, patience: 2000 };
/** After a call without an answer, until the next answer: an outage is found out by few calls, not by all. */
const CALLS_IN_DOUBT = 5;
const MOST_CALLS = { healthy: Infinity, failing: CALLS_IN_DOUBT, trying: 1, open: 0 } as const;
const BUSY = { kind: 'busy' } as const;
const BREAKER_OPEN = { kind: 'unavailable', cause: 'breaker open' } as const;

interface Waiting {
  begin(): void;
  refuse(outcome: CallOutcome): void;
}

/** One queue for all who ask: a storm of clients becomes a steady stream of calls, and whoever is too many comes again. */
export function createTokenCalls({ checker, breaker, limits = LIMITS }: TokenCallsOptions): TokenCalls {
  let underWay = 0;
  const queue = new Set<Waiting>();
  const isFree = (): boolean => underWay < Math.min(limits.calls, MOST_CALLS[breaker.state()]);

  async function call(token: string, trace: AuthTrace): Promise<CallOutcome> {
    underWay += 1;
    try {
      const answer = await checker.check(token, trace);
      breaker.record(answer.kind !== 'unavailable');
      return answer;
    } finally {
      underWay -= 1;
      moveUp();
    }
  }

  function moveUp(): void {
    for (const one of queue) {
      if (breaker.state() === 'open') one.refuse(BREAKER_OPEN);
      else if (isFree()) one.begin();
      else return;
    }
  }

  function wait(token: string, trace: AuthTrace): Promise<CallOutcome> {
    return new Promise((resolve) => {
      const leave = (outcome: CallOutcome | Promise<CallOutcome>): void => {
        clearTimeout(impatience);
        queue.delete(one);
        resolve(outcome);
      };
      const one: Waiting = { begin: () => leave(call(token, trace)), refuse: leave };
      const impatience = setTimeout(leave, limits.patience, BUSY);
      queue.add(one);
    });
  }

  return {
    async check(token, trace) {
      if (breaker.state() === 'open') return BREAKER_OPEN;
      if (isFree()) return call(token, trace);
      return queue.size < limits.waiting ? wait(token, trace) : BUSY;
    },
    closedBecause() {
      if (breaker.state() === 'open' || (breaker.state() === 'trying' && !isFree())) return 'auth-unavailable';
      return queue.size < limits.waiting ? undefined : 'auth-busy';
    },
    underWay: () => underWay,
    waiting: () => queue.size,
  };
}
