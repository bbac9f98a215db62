import type { AuthTrace } from './auth-trace.ts';
import type { AuthMethodName } from './token-answer.ts';
import type { CallOutcome, Question } from './call-queue.ts';

/** Checks tokens by one method. */
export interface AuthMethod {
  readonly name: AuthMethodName;
  /** Always resolves, within the deadline of the method. After `not-mine` the next method is called, and after nothing else. */
  check(question: Question, trace: AuthTrace): Promise<CallOutcome>;
  /** Whether cached answers of this method may be served: no client is admitted while the service does not answer. */
  isHealthy(): boolean;
}
