import type { AuthTrace } from './auth-trace.ts';
import type { Breaker, CallResult } from './breaker.ts';
import type { Caller } from './caller.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import { FairQueue } from './fair-queue.ts';
import type { RejectionCode } from './rejection.ts';
import type { TokenAnswer } from './token-answer.ts';

/** Calls the auth service. Always resolves, within its deadline. */
export interface TokenChecker {
  check(token: string, trace: AuthTrace): Promise<TokenAnswer>;
}

/** `busy`: no call was made, as too many wait already. */
export type CallOutcome = TokenAnswer | { readonly kind: 'busy' };

export interface Question extends Caller {
  readonly token: string;
}

export interface CallLimits {
  /** Calls under way at the same time. */
  readonly calls: number;
  /** Questions that may wait for their turn. */
  readonly waiting: number;
  /** How long a question waits, in milliseconds. */
  readonly maxWait: number;
}

/** Calls to the auth service: a limited number at the same time, and none while the breaker is open. */
export interface CallQueue {
  check(question: Question, trace: AuthTrace): Promise<CallOutcome>;
  /** The rejection that every new client with a token would get now; undefined if calls are possible. */
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
 * Calls at the same time from a call without an answer to the next answer, so that few calls find an outage. One network has
 * fewer: its tokens on which the service hangs leave room for all others.
 */
const CALLS_IN_DOUBT = 10;
const CALLS_IN_DOUBT_OF_A_NETWORK = 8;
const BUSY = { kind: 'busy' } as const;
const BREAKER_OPEN: TokenAnswer = { kind: 'unavailable', cause: 'breaker open' };

interface Waiting extends Caller {
  begin(): void;
  refuse(outcome: CallOutcome): void;
}

/** One queue for all clients: a storm of clients becomes a steady stream of calls, and clients beyond it reconnect later. */
export function createCallQueue({ checker, breaker, limits = LIMITS }: CallQueueOptions): CallQueue {
  const underWay = new CallsUnderWay();
  const queue = new FairQueue<Waiting>();
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
      serveWaiting();
    }
  }

  function serveWaiting(): void {
    for (const [network, lane] of queue.lanes()) {
      const isOpen = breaker.state() === 'open';
      if (!isOpen && isAllFull()) return;
      if (!isOpen && isFull(network)) continue;
      // The first one that may leaves the queue; its network is visited again after the others.
      for (const one of lane) if (serve(one)) break;
    }
  }

  /** @returns whether it has left the queue. */
  function serve(one: Waiting): boolean {
    const decision = breaker.decide(one);
    if (decision === 'call') one.begin();
    if (decision === 'refuse') one.refuse(BREAKER_OPEN);
    return decision !== 'wait';
  }

  return {
    async check(question, trace) {
      const decision = breaker.decide(question);
      if (decision === 'refuse') return BREAKER_OPEN;
      if (decision === 'call' && !isFull(question.network)) return call(question, trace);
      return queue.size < limits.waiting ? wait(queue, question, () => call(question, trace), limits.maxWait) : BUSY;
    },
    closedBecause() {
      const state = breaker.state();
      if (state === 'open' || (state === 'half-open' && breaker.hasEnoughTrials())) return 'auth-unavailable';
      return queue.size < limits.waiting ? undefined : 'auth-busy';
    },
    underWay: () => underWay.total,
    waiting: () => queue.size,
  };
}

/** Resolves with the outcome of `call` when it is its turn, and without a call if the breaker refuses or the wait is too long. */
function wait(
  queue: FairQueue<Waiting>,
  { key, network }: Caller,
  call: () => Promise<CallOutcome>,
  maxWait: number,
): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const leave = (outcome: CallOutcome | Promise<CallOutcome>): void => {
      clearTimeout(timeout);
      queue.delete(one);
      resolve(outcome);
    };
    const one: Waiting = { key, network, begin: () => leave(call()), refuse: leave };
    const timeout = setTimeout(leave, maxWait, BUSY);
    queue.add(one);
  });
}

/** An answer of the service itself is no sign of an outage, whatever it says. */
function resultOf(answer: TokenAnswer): CallResult {
  if (answer.kind === 'valid') return 'valid';
  return answer.kind === 'unavailable' && !answer.answered ? 'unanswered' : 'answered';
}
