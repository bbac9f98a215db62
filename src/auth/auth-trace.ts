import type { Identity } from './identity.ts';
import type { Rejection } from './rejection.ts';
import type { AnswerSource, AuthMethodName, TokenAnswer } from './token-answer.ts';

/** What an identity rests on, for as long as the token is valid. */
export interface Proof {
  readonly token: string;
  /** performance.now() when the auth service was called. */
  readonly askedAt: number;
  /** The network of the client that sent the token. */
  readonly network: string;
}

export type AuthOutcome =
  | { readonly kind: 'accepted'; readonly identity: Identity; readonly proof?: Proof }
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly cause?: string };

/** One call to the auth service, as telemetry sees it. */
export interface CallTrace {
  /** Headers that continue the trace at the auth service. */
  readonly headers: Readonly<Record<string, string>>;
  /** @param words the gRPC library's description of the failure; never the service's own text, which may name a user. */
  ended(answer: TokenAnswer, status: string, words?: string): void;
}

/** One authentication, as telemetry sees it. */
export interface AuthTrace {
  /** @param caller the authentication whose call gives the answer, where it is another one's. */
  answeredBy(source: AnswerSource, caller?: AuthTrace): void;
  callStarted(method: 'grpc' | 'http'): CallTrace;
  /**
   * A method has answered, by a call or without one.
   *
   * @param skippedClaims declared claims that the token has in a form that is not read.
   */
  answered(method: AuthMethodName, answer: TokenAnswer['kind'] | 'busy', skippedClaims: readonly string[]): void;
  ended(outcome: AuthOutcome): void;
}

export interface AuthEvents {
  /** @param what a client that connects, or the token of one that is connected. */
  started(what: 'authenticate' | 'revalidate'): AuthTrace;
}
