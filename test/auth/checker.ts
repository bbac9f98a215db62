import { onTestFinished } from 'vitest';
import type { AuthTrace } from '../../src/auth/auth-trace.ts';
import type { IdentityRules } from '../../src/auth/identity.ts';
import { createGrpcChecker } from '../../src/auth/methods/grpc/checker.ts';
import type { ServiceChecker } from '../../src/auth/methods/service-method.ts';
import { USER_IDS } from '../../src/routes/user-id.ts';

/** The rules of a routes file without `identity`. */
export const DEFAULT_RULES: IdentityRules = { userIds: USER_IDS.uint64, claims: () => [] };

/** A checker that is closed at the end of the test. */
export function checkerOf(address: string, deadline = 2000, identity = DEFAULT_RULES): ServiceChecker {
  const checker = createGrpcChecker({ address, deadline, identity });
  onTestFinished(() => checker.close());
  return checker;
}

/** A trace that records how its calls ended. */
export function recordingTrace(
  headers: Record<string, string> = {},
): AuthTrace & { ended: (outcome: unknown) => void; calls: unknown[][] } {
  const calls: unknown[][] = [];
  return {
    calls,
    answeredBy: () => undefined,
    answered: () => undefined,
    callStarted: () => ({ headers, ended: (answer, code) => calls.push([answer, code]) }),
    ended: () => undefined,
  };
}
