import type { UserId } from '../routes/user-id.ts';
import type { Breaker } from './breaker.ts';
import { rejection, type Rejection } from './rejection.ts';

/** Who a socket is; without a user it is anonymous. */
export interface Identity {
  readonly user?: UserId;
}

/** The auth service's word on a token. `unavailable` says nothing about the token: the client may come again. */
export type TokenAnswer =
  | { readonly kind: 'valid'; readonly user: UserId }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'unavailable'; readonly cause: string };

export type AuthOutcome =
  | { readonly kind: 'accepted'; readonly identity: Identity }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly cause?: string };

/** One question to the auth service as it is seen from outside. */
export interface CallTrace {
  /** Headers that continue the trace at the auth service. */
  readonly headers: Readonly<Record<string, string>>;
  ended(answer: TokenAnswer, status: string): void;
}

/** One authentication as it is seen from outside. */
export interface AuthTrace {
  callStarted(): CallTrace;
  ended(outcome: AuthOutcome): void;
}

export interface AuthEvents {
  started(): AuthTrace;
}

/** Asks the auth service, and always answers: within its deadline, without throwing. */
export interface TokenChecker {
  check(token: string, trace: AuthTrace): Promise<TokenAnswer>;
}

export interface AuthenticatorOptions {
  readonly checker: TokenChecker;
  readonly breaker: Breaker;
  readonly events: AuthEvents;
  readonly anonymousAllowed: boolean;
}

export interface Authenticator {
  /** @param token as findToken gave it. */
  identify(token: string | Rejection | undefined): Promise<AuthOutcome>;
}

export function createAuthenticator({
  checker,
  breaker,
  events,
  anonymousAllowed,
}: AuthenticatorOptions): Authenticator {
  async function ask(token: string, trace: AuthTrace): Promise<AuthOutcome> {
    // Anonymous clients pass the gate while it is open, and who has a token passes with them.
    if (breaker.isOpen()) return unavailable('breaker open');
    const answer = await checker.check(token, trace);
    breaker.record(answer.kind !== 'unavailable');
    if (answer.kind === 'valid') return { kind: 'accepted', identity: { user: answer.user } };
    if (answer.kind === 'invalid') return { kind: 'rejected', rejection: rejection('token-invalid') };
    return unavailable(answer.cause);
  }

  async function decide(token: string | Rejection | undefined, trace: AuthTrace): Promise<AuthOutcome> {
    if (typeof token === 'string') return ask(token, trace);
    if (token !== undefined) return { kind: 'rejected', rejection: token };
    return anonymousAllowed
      ? { kind: 'accepted', identity: {} }
      : { kind: 'rejected', rejection: rejection('token-missing') };
  }

  return {
    async identify(token) {
      const trace = events.started();
      const outcome = await decide(token, trace);
      trace.ended(outcome);
      return outcome;
    },
  };
}

function unavailable(cause: string): AuthOutcome {
  return { kind: 'rejected', rejection: rejection('auth-unavailable'), cause };
}
