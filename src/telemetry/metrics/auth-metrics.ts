import { ANSWER_SOURCES } from '../../auth/authenticator.ts';
import { REVALIDATION_OUTCOMES } from '../../sockets/lifecycle/revalidation.ts';
import type { Instruments } from './instruments.ts';

/** There from the start; the other statuses of gRPC, seldom seen, appear with their first call. */
const USUAL_STATUSES = ['DEADLINE_EXCEEDED', 'UNAVAILABLE'];

/** What the auth service was asked, and how it answered. */
export function authMetrics({ counterBy, histogram }: Instruments) {
  return {
    authAnswers: counterBy(
      'gateway_auth_answers_total',
      'Tokens asked about, by what answered: service, shared (the call of another client with the same token) or cache.',
      'source',
      ANSWER_SOURCES,
    ),
    authCalls: counterBy('gateway_auth_calls_total', 'Calls to the auth service, by answer.', 'answer', [
      'valid',
      'invalid',
      'no-user-id',
      'unavailable',
    ]),
    authFailures: counterBy(
      'gateway_auth_failures_total',
      'Calls to the auth service that said nothing about a token, by gRPC status; OK: an empty answer.',
      'status',
      USUAL_STATUSES,
    ),
    revalidations: counterBy(
      'gateway_auth_revalidations_total',
      'Tokens of open connections that were asked about again, by outcome.',
      'outcome',
      REVALIDATION_OUTCOMES,
    ),
    authDuration: histogram(
      'gateway_auth_call_duration_seconds',
      'Time until the auth service answered, or did not.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    ),
  };
}
