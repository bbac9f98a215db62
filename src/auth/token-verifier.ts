import { hash } from 'node:crypto';
import type { AuthTrace } from './authenticator.ts';
import type { BreakerState } from './breaker.ts';
import type { Revocations } from './revocations.ts';
import type { Question, CallQueue } from './call-queue.ts';
import { createTokenCache, type CachedAnswer } from './token-cache.ts';

/** Answers about tokens, from memory where one is fresh enough. */
export interface TokenVerifier {
  /** @param since an answer to a question of that time or later is wanted. */
  find(asking: Asking, since: number, trace: AuthTrace): Promise<CachedAnswer>;
}

/** A token, and the network of the client that brings it. */
export type Asking = Omit<Question, 'key'>;

export interface TokenVerifierOptions {
  readonly calls: Pick<CallQueue, 'check'>;
  readonly health: () => BreakerState;
  readonly revocations: Pick<Revocations, 'isOutdated'>;
  /** How long a valid answer is kept, in milliseconds; 0 keeps none of any kind. */
  readonly lifetime: number;
  readonly now?: () => number;
}

const TRIES = 2;

interface Flight {
  readonly askedAt: number;
  readonly asker: AuthTrace;
  readonly standing: Promise<CachedAnswer>;
}

/**
 * Equal tokens share a call, and for a short while its answer: when thousands of clients come back at once, the auth
 * service is asked once for each token. Kept under a hash, so that no token stays in memory for it.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { calls, health, revocations, lifetime, now = () => performance.now() } = options;
  const memory = createTokenCache(lifetime, now);
  const flights = new Map<string, Flight>();

  const isOutdated = ({ outcome, askedAt }: CachedAnswer): boolean =>
    outcome.kind === 'valid' && revocations.isOutdated(outcome.user, askedAt);

  function recall(key: string, since: number): CachedAnswer | undefined {
    const known = memory.recall(key);
    if (known === undefined || known.askedAt < since || isOutdated(known)) return undefined;
    // While the service does not answer nobody gets in, not even who was let in a moment ago.
    return known.outcome.kind === 'valid' && health() !== 'healthy' ? undefined : known;
  }

  /** An answer that was overtaken by a revocation counts for nothing: it is asked for again. */
  async function ask(question: Question, trace: AuthTrace, triesLeft = TRIES): Promise<CachedAnswer> {
    const askedAt = now();
    if (triesLeft === 0) return { outcome: { kind: 'unavailable', cause: 'revoked meanwhile' }, askedAt };
    const standing = { outcome: await calls.check(question, trace), askedAt };
    if (isOutdated(standing)) return ask(question, trace, triesLeft - 1);
    memory.keep(question.key, standing);
    return standing;
  }

  function startFlight(question: Question, trace: AuthTrace): Flight {
    const { key } = question;
    const finishFlight = (): void => void (flights.get(key) === flight && flights.delete(key));
    const flight: Flight = { askedAt: now(), asker: trace, standing: ask(question, trace).finally(finishFlight) };
    flights.set(key, flight);
    return flight;
  }

  return {
    find(asking, since, trace) {
      const key = hash('sha256', asking.token, 'base64');
      const known = recall(key, since);
      if (known) {
        trace.answeredBy('cache');
        return Promise.resolve(known);
      }
      const flight = flights.get(key);
      if (flight !== undefined && flight.askedAt >= since) {
        trace.answeredBy('shared', flight.asker);
        return flight.standing;
      }
      trace.answeredBy('service');
      return startFlight({ ...asking, key }, trace).standing;
    },
  };
}
