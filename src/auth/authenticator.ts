import type { AuthEvents, AuthOutcome, AuthTrace, Proof } from './auth-trace.ts';
import { rejection, type Rejection } from './rejection.ts';
import type { ClientToken, TokenVerifier } from './token-verifier.ts';

export interface AuthenticatorOptions {
  readonly verifier: TokenVerifier;
  readonly events: AuthEvents;
  readonly anonymousAllowed: boolean;
}

/** Decides who a client is. Both methods always resolve, within the deadline of the auth service. */
export interface Authenticator {
  /**
   * Authenticates a client that connects.
   *
   * @param token the result of findToken.
   * @param network address of the client, or its /64.
   */
  identify(token: string | Rejection | undefined, network: string): Promise<AuthOutcome>;
  /** Checks again the token of a connected client. @param since performance.now(); older answers do not count. */
  revalidate(proof: Pick<Proof, 'token' | 'network'>, since: number): Promise<AuthOutcome>;
}

export function createAuthenticator({ verifier, events, anonymousAllowed }: AuthenticatorOptions): Authenticator {
  async function verify(client: ClientToken, since: number, trace: AuthTrace): Promise<AuthOutcome> {
    const { outcome, askedAt } = await verifier.verify(client, since, trace);
    if (outcome.kind === 'valid')
      return { kind: 'accepted', identity: outcome.identity, proof: { ...client, askedAt } };
    const { rejection: why } = REJECTED[outcome.kind];
    if (outcome.kind === 'invalid' && outcome.why !== undefined)
      return { kind: 'rejected', rejection: { ...why, hint: outcome.why } };
    return { kind: 'rejected', rejection: why, ...(outcome.kind === 'unavailable' && { cause: outcome.cause }) };
  }

  async function decide(
    token: string | Rejection | undefined,
    network: string,
    trace: AuthTrace,
  ): Promise<AuthOutcome> {
    if (typeof token === 'string') return verify({ token, network }, -Infinity, trace);
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
      return traced(trace, verify({ token, network }, since, trace));
    },
  };
}

const REJECTED = {
  invalid: { rejection: rejection('token-invalid') },
  'not-mine': { rejection: rejection('token-invalid') },
  'no-user-id': { rejection: rejection('no-user-id') },
  unavailable: { rejection: rejection('auth-unavailable') },
  busy: { rejection: rejection('auth-busy') },
} as const;
