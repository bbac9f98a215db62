import type { UserId } from '../routes/user-id.ts';
import { rejection, type Rejection } from './rejection.ts';
import type { Asking, TokenVerifier } from './token-verifier.ts';

/** Who a socket is; without a user it is anonymous. */
export interface Identity {
  readonly user?: UserId;
}

/**
 * What the auth service answers about a token. `unavailable` says nothing about the token: the client may come again;
 * `answered` where the service itself refuses to tell, which is no sign of an outage.
 */
export type TokenAnswer =
  | { readonly kind: 'valid'; readonly user: UserId }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'no-user-id' }
  | { readonly kind: 'unavailable'; readonly cause: string; readonly answered?: true };

export type AuthOutcome =
  | { readonly kind: 'accepted'; readonly identity: Identity; readonly proof?: Proof }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly cause?: string };

/** Why somebody is who he says, as long as that is true. */
export interface Proof {
  readonly token: string;
  /** performance.now() when the auth service was asked. */
  readonly askedAt: number;
  /** The network of the client that brought the token. */
  readonly network: string;
}

/** One question to the auth service as it is seen from outside. */
export interface CallTrace {
  /** Headers that continue the trace at the auth service. */
  readonly headers: Readonly<Record<string, string>>;
  /** @param words of the gRPC library on what went wrong; never the service's own, which may name a user. */
  ended(answer: TokenAnswer, status: string, words?: string): void;
}

/** Where an answer came from: a call of its own, another client's call with the same token, or memory. */
export const ANSWER_SOURCES = ['service', 'shared', 'cache'] as const;
export type AnswerSource = (typeof ANSWER_SOURCES)[number];

/** One authentication as it is seen from outside. */
export interface AuthTrace {
  /** @param asker whose call it is that gives the answer, where it is another's. */
  answeredBy(source: AnswerSource, asker?: AuthTrace): void;
  callStarted(): CallTrace;
  ended(outcome: AuthOutcome): void;
}

export interface AuthEvents {
  /** @param what a client at the door, or one that has been in for a while. */
  started(what: 'authenticate' | 'revalidate'): AuthTrace;
}

/** Asks the auth service, and always answers: within its deadline, without throwing. */
export interface TokenChecker {
  check(token: string, trace: AuthTrace): Promise<TokenAnswer>;
}

export interface AuthenticatorOptions {
  readonly answers: TokenVerifier;
  readonly events: AuthEvents;
  readonly anonymousAllowed: boolean;
}

export interface Authenticator {
  /**
   * @param token as findToken gave it.
   * @param network address of the client, or its /64.
   */
  identify(token: string | Rejection | undefined, network: string): Promise<AuthOutcome>;
  /** Whether a token that let somebody in still does; only an answer to a question since then counts. */
  revalidate(proof: Pick<Proof, 'token' | 'network'>, since: number): Promise<AuthOutcome>;
}

export function createAuthenticator({ answers, events, anonymousAllowed }: AuthenticatorOptions): Authenticator {
  async function ask(asking: Asking, since: number, trace: AuthTrace): Promise<AuthOutcome> {
    const { outcome, askedAt } = await answers.find(asking, since, trace);
    if (outcome.kind === 'valid')
      return { kind: 'accepted', identity: { user: outcome.user }, proof: { ...asking, askedAt } };
    return { kind: 'rejected', ...REJECTED[outcome.kind], ...('cause' in outcome && { cause: outcome.cause }) };
  }

  async function decide(
    token: string | Rejection | undefined,
    network: string,
    trace: AuthTrace,
  ): Promise<AuthOutcome> {
    if (typeof token === 'string') return ask({ token, network }, -Infinity, trace);
    if (token !== undefined) return { kind: 'rejected', rejection: token };
    return anonymousAllowed
      ? { kind: 'accepted', identity: {} }
      : { kind: 'rejected', rejection: rejection('token-missing') };
  }

  async function traced(trace: AuthTrace, deciding: Promise<AuthOutcome>): Promise<AuthOutcome> {
    const outcome = await deciding;
    trace.ended(outcome);
    return outcome;
  }

  return {
    identify(token, network) {
      const trace = events.started('authenticate');
      return traced(trace, decide(token, network, trace));
    },
    revalidate({ token, network }, since) {
      const trace = events.started('revalidate');
      return traced(trace, ask({ token, network }, since, trace));
    },
  };
}

const REJECTED = {
  invalid: { rejection: rejection('token-invalid') },
  'no-user-id': { rejection: rejection('no-user-id') },
  unavailable: { rejection: rejection('auth-unavailable') },
  busy: { rejection: rejection('auth-busy') },
} as const;
