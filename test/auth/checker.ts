import { onTestFinished } from 'vitest';
import type { AuthTrace } from '../../src/auth/auth-trace.ts';
import { createGrpcChecker, type GrpcChecker } from '../../src/auth/grpc-checker.ts';

/** A checker that is closed at the end of the test. */
export function checkerOf(address: string, deadline = 2000): GrpcChecker {
  const checker = createGrpcChecker({ address, deadline });
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
    callStarted: () => ({ headers, ended: (answer, code) => calls.push([answer, code]) }),
    ended: () => undefined,
  };
}
