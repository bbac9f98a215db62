import { hash } from 'node:crypto';
import type { AuthTrace } from './auth-trace.ts';
import type { AuthMethod } from './auth-method.ts';
import type { ClaimsSeen } from './claims-seen.ts';
import type { CallOutcome, Question } from './call-queue.ts';
import type { Revocations } from './revocations.ts';
import { createTokenCache, type CachedAnswer } from './token-cache.ts';

/** Answers about tokens, from the cache where an answer is recent enough. */
export interface TokenVerifier {
  /** @param since performance.now(); an answer to an older call does not count. */
  verify(client: ClientToken, since: number, trace: AuthTrace): Promise<CachedAnswer>;
}

/** A token, and the network of the client that sent it. */
export type ClientToken = Omit<Question, 'key'>;

export interface TokenVerifierOptions {
  /** In the order in which they are called. */
  readonly methods: readonly AuthMethod[];
  readonly revocations: Pick<Revocations, 'isOutdated'>;
  /** How long a valid answer is cached, in milliseconds; 0 caches none of any kind. */
  readonly lifetime: number;
  readonly claimsSeen: Pick<ClaimsSeen, 'saw'>;
  readonly now?: () => number;
}

const TRIES = 2;
const NOT_MINE: CallOutcome = { kind: 'not-mine' };
const REVOKED: Omit<CachedAnswer, 'askedAt'> = {
  outcome: { kind: 'unavailable', cause: 'revoked during the call' },
  method: undefined,
};

/** A call under way, shared by all clients with the same token. */
interface Flight {
  readonly askedAt: number;
  readonly caller: AuthTrace;
  readonly answer: Promise<CachedAnswer>;
}

/**
 * Equal tokens share a call, and for a short while its answer: when thousands of clients reconnect together, the auth
 * service is called once for each token. Answers are cached by the token's hash, so the cache holds no token.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { revocations, lifetime, now = () => performance.now() } = options;
  const cache = createTokenCache(lifetime, now);
  const flights = new Map<string, Flight>();

  const isOutdated = ({ outcome, askedAt }: CachedAnswer): boolean =>
    outcome.kind === 'valid' && revocations.isOutdated(outcome.identity.user, askedAt);

  function cached(key: string, since: number): CachedAnswer | undefined {
    const answer = cache.get(key);
    if (answer === undefined || answer.askedAt < since || isOutdated(answer)) return undefined;
    // While the service does not answer no client is admitted, not even one that was admitted a moment ago.
    return answer.outcome.kind === 'valid' && answer.method?.isHealthy() === false ? undefined : answer;
  }

  /** An answer that a revocation has overtaken does not count: the call is repeated. */
  async function call(question: Question, trace: AuthTrace, triesLeft = TRIES): Promise<CachedAnswer> {
    const askedAt = now();
    if (triesLeft === 0) return { ...REVOKED, askedAt };
    const answer = { ...(await checkInOrder(options, question, trace)), askedAt };
    if (isOutdated(answer)) return call(question, trace, triesLeft - 1);
    cache.set(question.key, answer);
    return answer;
  }

  function startFlight(question: Question, trace: AuthTrace): Flight {
    const { key } = question;
    const finishFlight = (): void => void (flights.get(key) === flight && flights.delete(key));
    const flight: Flight = { askedAt: now(), caller: trace, answer: call(question, trace).finally(finishFlight) };
    flights.set(key, flight);
    return flight;
  }

  return {
    verify(client, since, trace) {
      const key = hash('sha256', client.token, 'base64');
      const answer = cached(key, since);
      if (answer) {
        trace.answeredBy('cache');
        return Promise.resolve(answer);
      }
      const flight = flights.get(key);
      if (flight !== undefined && flight.askedAt >= since) {
        trace.answeredBy('shared', flight.caller);
        return flight.answer;
      }
      trace.answeredBy('service');
      return startFlight({ ...client, key }, trace).answer;
    },
  };
}

function skippedIn(outcome: CallOutcome): readonly string[] {
  return outcome.kind === 'valid' ? (outcome.skippedClaims ?? NONE) : NONE;
}

const NONE: readonly string[] = Object.freeze([]);

/** After `not-mine` the next method is called, and after nothing else. */
async function checkInOrder(
  { methods, claimsSeen }: TokenVerifierOptions,
  question: Question,
  trace: AuthTrace,
): Promise<Omit<CachedAnswer, 'askedAt'>> {
  for (const method of methods) {
    const outcome = await method.check(question, trace);
    trace.answered(method.name, outcome.kind, skippedIn(outcome));
    if (outcome.kind === 'valid') claimsSeen.saw(outcome.identity.claims);
    if (outcome.kind !== 'not-mine') return { outcome, method };
  }
  return { outcome: NOT_MINE, method: undefined };
}
