import { createAuthenticator, type AuthEvents, type Authenticator } from './authenticator.ts';
import { createBreaker } from './breaker.ts';
import { createGrpcChecker, type GrpcCheckerOptions } from './grpc-checker.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import { createServiceProbe, type ServiceProbeEvents } from './service-probe.ts';
import { createServiceStanding } from './service-standing.ts';
import { createTokenVerifier } from './token-verifier.ts';
import { createCallQueue, type CallQueue } from './call-queue.ts';

export interface AuthOptions extends Omit<GrpcCheckerOptions, 'standing'> {
  readonly anonymousAllowed: boolean;
  /** How long a valid answer is kept, in milliseconds. */
  readonly cacheLifetime: number;
  readonly events: AuthEvents & ServiceProbeEvents;
}

/** All that stands between a token and the auth service. */
export interface Auth {
  /** Says soon whether the service can be reached. */
  start(): void;
  /** What is wrong with the service, if anything is. */
  problem(): string | undefined;
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  readonly calls: Omit<CallQueue, 'check'>;
  close(): void;
}

/** Longer than any question takes, from its beginning to the socket that it lets in. */
const LEAST_MEMORY_MS = 60_000;

export function createAuth(options: AuthOptions): Auth {
  const { anonymousAllowed, cacheLifetime: lifetime, events } = options;
  const breaker = createBreaker();
  const standing = createServiceStanding();
  const checker = createGrpcChecker({ ...options, standing });
  const probe = createServiceProbe({ ...events, ping: checker.ping, standing });
  const calls = createCallQueue({ checker, breaker });
  const revocations = createRevocations(Math.max(lifetime, LEAST_MEMORY_MS));
  const answers = createTokenVerifier({ calls, health: breaker.state, revocations, lifetime });
  return {
    authenticator: createAuthenticator({ answers, events, anonymousAllowed }),
    revocations,
    calls,
    start: probe.start,
    problem: standing.problem,
    close() {
      probe.stop();
      checker.close();
    },
  };
}
