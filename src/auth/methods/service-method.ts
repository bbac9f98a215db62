import type { AuthMethod } from '../auth-method.ts';
import { createBreaker } from '../breaker.ts';
import { createCallQueue, type CallQueue, type TokenChecker } from '../call-queue.ts';
import type { ServiceFailure } from '../service-failure.ts';
import { createServiceHealth, type ServiceHealth } from '../service-health.ts';
import { createServiceProbe, type ServiceProbeEvents } from '../service-probe.ts';
import type { AuthMethodName } from '../token-answer.ts';

/** The client of an auth service. */
export interface ServiceChecker extends TokenChecker {
  /** Resolves with undefined once a connection to the service is open; sends no token. */
  ping(): Promise<ServiceFailure | undefined>;
  close(): void;
}

/** A method that calls a service: with a call queue, a circuit breaker and a probe. */
export interface ServiceMethod extends AuthMethod {
  /** Starts the probe, which reports soon whether the service can be reached. */
  start(): void;
  /** What is wrong with the service, for /health; undefined while nothing is. */
  problem(): string | undefined;
  readonly calls: Omit<CallQueue, 'check'>;
  close(): void;
}

/** Opens no connection until the first call or `start()`. @param open given what each call says about the service. */
export function createServiceMethod(
  name: AuthMethodName,
  open: (health: ServiceHealth) => ServiceChecker,
  events: ServiceProbeEvents,
): ServiceMethod {
  const health = createServiceHealth();
  const checker = open(health);
  const breaker = createBreaker();
  const calls = createCallQueue({ checker, breaker });
  const probe = createServiceProbe({ ...events, ping: checker.ping, health });
  return {
    name,
    check: calls.check,
    isHealthy: () => breaker.state() === 'healthy',
    start: probe.start,
    problem: health.problem,
    calls,
    close() {
      probe.stop();
      checker.close();
    },
  };
}
