import { ANSWER_SOURCES } from '../../auth/token-answer.ts';
import { REVALIDATION_OUTCOMES } from '../../sockets/lifecycle/revalidation.ts';
import type { Instruments } from './instruments.ts';

/** Statuses whose series exist from the start; series of rarer gRPC statuses appear with their first call. */
const USUAL_STATUSES = ['DEADLINE_EXCEEDED', 'UNAVAILABLE'];

/** Creates the metrics of calls to the auth service and of their answers. */
export function authMetrics({ counter, counterBy, histogram }: Instruments) {
  return {
    authAnswers: counterBy(
      'gateway_auth_answers_total',
      'Token validations, by source of the answer: service, shared (the call of another client with the same token) or cache.',
      'source',
      ANSWER_SOURCES,
    ),
    authMethodAnswers: counter(
      'gateway_auth_method_answers_total',
      'Answers about tokens, by method and answer: valid, invalid, no-user-id, unavailable, busy, or not-mine, after which the next method is called.',
      ['method', 'answer'],
    ),
    authClaimsSkipped: counter(
      'gateway_auth_claims_skipped_total',
      'Tokens that have an object in a claim of identity.claims, which is not read, by claim.',
      ['claim'],
    ),
    authCalls: counterBy('gateway_auth_calls_total', 'Calls to the auth service, by answer.', 'answer', [
      'valid',
      'invalid',
      'no-user-id',
      'unavailable',
    ]),
    authFailures: counterBy(
      'gateway_auth_failures_total',
      'Calls to the auth service that failed, by gRPC status (OK: an empty answer) or HTTP status (HTTP_502).',
      'status',
      USUAL_STATUSES,
    ),
    revalidations: counterBy(
      'gateway_auth_revalidations_total',
      'Tokens of open connections that were validated again, by outcome.',
      'outcome',
      REVALIDATION_OUTCOMES,
    ),
    authDuration: histogram(
      'gateway_auth_call_duration_seconds',
      'Duration of calls to the auth service, failed calls included, in seconds.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    ),
  };
}
