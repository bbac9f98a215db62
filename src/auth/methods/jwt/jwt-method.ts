import type { AuthMethod } from '../../auth-method.ts';
import { createJwtChecker, type JwtCheckerOptions } from './checker.ts';
import type { KeyEvents } from './key-source.ts';
import { openKeys, type KeysOrigin } from './load-keys.ts';

export interface JwtMethodOptions extends Omit<JwtCheckerOptions, 'keys'> {
  readonly origin: KeysOrigin;
  readonly events: KeyEvents;
}

/** A method that verifies tokens itself: no call queue and no breaker, as each token is checked without a service. */
export interface JwtMethod extends AuthMethod {
  start(): void;
  problem(): string | undefined;
  close(): void;
}

/** @throws where the PEM file of the authority cannot be read. */
export function createJwtMethod({ origin, events, ...options }: JwtMethodOptions): JwtMethod {
  const keys = openKeys(origin, events);
  const checker = createJwtChecker({ ...options, keys });
  return {
    name: 'jwt',
    check: ({ token }, trace) => checker.check(token, trace),
    isHealthy: () => true,
    start: keys.start,
    problem: keys.problem,
    close: keys.close,
  };
}
