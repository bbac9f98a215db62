import type { AuthTrace, TokenAnswer, TokenChecker } from './authenticator.ts';
import type { Breaker, CallResult, Caller } from './breaker.ts';
import type { RejectionCode } from './rejection.ts';
import { WaitingTokens } from './waiting-tokens.ts';

/** `busy`: the service was not asked, as too many wait for it already. */
export type CallOutcome = TokenAnswer | { readonly kind: 'busy' };

export interface Question extends Caller {
  readonly token: string;
}

export interface CallLimits {
  /** Calls under way at once. */
  readonly calls: number;
  /** Those that may wait for their turn. */
  readonly waiting: number;
  /** How long one waits, in milliseconds. */
  readonly maxWait: number;
}

/** Calls to the auth service: only so many at once, and none while it does not answer. */
export interface CallQueue {
  check(question: Question, trace: AuthTrace): Promise<CallOutcome>;
  /** Why a call would be in vain right now, if so. */
  closedBecause(): Extract<RejectionCode, 'auth-unavailable' | 'auth-busy'> | undefined;
  underWay(): number;
  waiting(): number;
}

export interface CallQueueOptions {
  readonly checker: TokenChecker;
  readonly breaker: Breaker;
  readonly limits?: CallLimits;
}

const LIMITS: CallLimits = { calls: 64, waiting: 2000, maxWait: 2000 };
/**
 * Calls at once from a call without an answer to the next answer, so that an outage is found by few. One network has fewer:
 * its tokens on which the service hangs leave room for everybody else.
 */
const CALLS_IN_DOUBT = 10;
const CALLS_IN_DOUBT_OF_A_NETWORK = 8;
const BUSY = { kind: 'busy' } as const;
const BREAKER_OPEN: TokenAnswer = { kind: 'unavailable', cause: 'breaker open' };

class CallsUnderWay {
  readonly #byNetwork = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(network: string): number {
    return this.#byNetwork.get(network) ?? 0;
  }

  count(network: string, change: 1 | -1): void {
    this.#total += change;
    const calls = this.of(network) + change;
    if (calls === 0) this.#byNetwork.delete(network);
    else this.#byNetwork.set(network, calls);
  }
}

interface Waiting extends Caller {
  begin(): void;
  refuse(outcome: CallOutcome): void;
}

/** One queue for all who ask: a storm of clients becomes a steady stream of calls, and whoever is too many comes again. */
export function createCallQueue({ checker, breaker, limits = LIMITS }: CallQueueOptions): CallQueue {
  const underWay = new CallsUnderWay();
  const queue = new WaitingTokens<Waiting>();
  const isAllFull = (): boolean =>
    underWay.total >= (breaker.state() === 'failing' ? Math.min(limits.calls, CALLS_IN_DOUBT) : limits.calls);
  const isFull = (network: string): boolean =>
    isAllFull() || (breaker.state() === 'failing' && underWay.of(network) >= CALLS_IN_DOUBT_OF_A_NETWORK);

  async function call(question: Question, trace: AuthTrace): Promise<CallOutcome> {
    const askedAt = breaker.now();
    underWay.count(question.network, 1);
    breaker.started(question);
    let result: CallResult | undefined;
    try {
      const answer = await checker.check(question.token, trace);
      result = resultOf(answer);
      return answer;
    } finally {
      underWay.count(question.network, -1);
      breaker.ended(question, result ?? 'unanswered', askedAt);
      moveUp();
    }
  }

  function moveUp(): void {
    for (const [network, lane] of queue.lanes()) {
      const isOpen = breaker.state() === 'open';
      if (!isOpen && isAllFull()) return;
      if (!isOpen && isFull(network)) continue;
      // The first whose turn it is leaves, and its network is looked at again after the others.
      for (const one of lane) if (leaves(one)) break;
    }
  }

  function leaves(one: Waiting): boolean {
    const verdict = breaker.judge(one);
    if (verdict === 'call') one.begin();
    if (verdict === 'refuse') one.refuse(BREAKER_OPEN);
    return verdict !== 'wait';
  }

  return {
    async check(question, trace) {
      const verdict = breaker.judge(question);
      if (verdict === 'refuse') return BREAKER_OPEN;
      if (verdict === 'call' && !isFull(question.network)) return call(question, trace);
      return queue.size < limits.waiting ? wait(queue, question, () => call(question, trace), limits.maxWait) : BUSY;
    },
    closedBecause() {
      const state = breaker.state();
      if (state === 'open' || (state === 'trying' && breaker.isTriedEnough())) return 'auth-unavailable';
      return queue.size < limits.waiting ? undefined : 'auth-busy';
    },
    underWay: () => underWay.total,
    waiting: () => queue.size,
  };
}

/** Resolves with what comes of it when its turn comes, or without a call. */
function wait(
  queue: WaitingTokens<Waiting>,
  { key, network }: Caller,
  call: () => Promise<CallOutcome>,
  maxWait: number,
): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const leave = (outcome: CallOutcome | Promise<CallOutcome>): void => {
      clearTimeout(impatience);
      queue.delete(one);
      resolve(outcome);
    };
    const one: Waiting = { key, network, begin: () => leave(call()), refuse: leave };
    const impatience = setTimeout(leave, maxWait, BUSY);
    queue.add(one);
  });
}

/** An answer of the service itself is no sign of an outage, whatever it says. */
function resultOf(answer: TokenAnswer): CallResult {
  if (answer.kind === 'valid') return 'known';
  return answer.kind === 'unavailable' && !answer.answered ? 'unanswered' : 'answered';
}
