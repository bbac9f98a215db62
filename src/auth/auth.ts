import type { AuthEvents } from './auth-trace.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import type { IdentityRules } from './identity.ts';
import { createGrpcChecker, type GrpcCheckerOptions } from './methods/grpc/checker.ts';
import { createServiceMethod, type ServiceMethod } from './methods/service-method.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import type { ServiceProbeEvents } from './service-probe.ts';
import { createTokenVerifier } from './token-verifier.ts';

export interface AuthOptions {
  readonly identity: IdentityRules;
  readonly grpc: Omit<GrpcCheckerOptions, 'health' | 'identity'>;
  readonly anonymousAllowed: boolean;
  /** How long a valid answer is cached, in milliseconds; 0 caches none. */
  readonly cacheLifetime: number;
  readonly events: AuthEvents & ServiceProbeEvents;
}

/** Authentication of tokens by one or several methods: cache, call queue, circuit breaker. */
export interface Auth extends Pick<ServiceMethod, 'start' | 'problem' | 'calls' | 'close'> {
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
}

/** Longer than any call takes, from its start until the socket is admitted. */
const SHORTEST_REVOCATION_MS = 60_000;

/**
 * Opens no connection until the first call or `start()`.
 *
 * @throws where a TLS file cannot be read.
 */
export function createAuth(options: AuthOptions): Auth {
  const { anonymousAllowed, cacheLifetime: lifetime, events, identity, grpc } = options;
  const service = createServiceMethod('grpc', (health) => createGrpcChecker({ ...grpc, identity, health }), events);
  const revocations = createRevocations(Math.max(lifetime, SHORTEST_REVOCATION_MS));
  const verifier = createTokenVerifier({ methods: [service], revocations, lifetime });
  const { start, problem, calls, close } = service;
  return {
    authenticator: createAuthenticator({ verifier, events, anonymousAllowed }),
    revocations,
    calls,
    start,
    problem,
    close,
  };
}
