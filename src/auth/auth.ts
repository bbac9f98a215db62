import type { AuthEvents } from './auth-trace.ts';
import { createAuthenticator, type Authenticator } from './authenticator.ts';
import { createBreaker } from './breaker.ts';
import { createCallQueue, type CallQueue } from './call-queue.ts';
import { createGrpcChecker, type GrpcCheckerOptions } from './grpc-checker.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import { createServiceHealth } from './service-health.ts';
import { createServiceProbe, type ServiceProbeEvents } from './service-probe.ts';
import { createTokenVerifier } from './token-verifier.ts';

export interface AuthOptions extends Omit<GrpcCheckerOptions, 'health'> {
  readonly anonymousAllowed: boolean;
  /** How long a valid answer is cached, in milliseconds; 0 caches none. */
  readonly cacheLifetime: number;
  readonly events: AuthEvents & ServiceProbeEvents;
}

/** Authentication of tokens by the auth service: cache, call queue, circuit breaker, gRPC client. */
export interface Auth {
  /** Starts the probe, which reports soon whether the service can be reached. */
  start(): void;
  /** What is wrong with the service, for /health; undefined while nothing is. */
  problem(): string | undefined;
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  readonly calls: Omit<CallQueue, 'check'>;
  close(): void;
}

/** Longer than any call takes, from its start until the socket is admitted. */
const SHORTEST_REVOCATION_MS = 60_000;

/**
 * Opens no connection until the first call or `start()`.
 *
 * @throws where a TLS file cannot be read.
 */
export function createAuth(options: AuthOptions): Auth {
  const { anonymousAllowed, cacheLifetime: lifetime, events } = options;
  const breaker = createBreaker();
  const health = createServiceHealth();
  const checker = createGrpcChecker({ ...options, health });
  const probe = createServiceProbe({ ...events, ping: checker.ping, health });
  const calls = createCallQueue({ checker, breaker });
  const revocations = createRevocations(Math.max(lifetime, SHORTEST_REVOCATION_MS));
  const verifier = createTokenVerifier({ calls, breakerState: breaker.state, revocations, lifetime });
  return {
    authenticator: createAuthenticator({ verifier, events, anonymousAllowed }),
    revocations,
    calls,
    start: probe.start,
    problem: health.problem,
    close() {
      probe.stop();
      checker.close();
    },
  };
}
