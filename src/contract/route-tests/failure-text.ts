import type { Result } from '../explain/dry-run.ts';
import type { Difference } from './exact-json.ts';
import { whyDropped } from '../explain/receives.ts';
import { isUsers, recipientsOf, type Recipients } from '../explain/recipients.ts';
import type { Audience } from '../../config/routes/route-config.ts';
import type { Expectation } from './route-tests.ts';
import type { Mismatch, TestResult } from './run.ts';

/** A line of a failure: `-` was expected, `+` was seen. */
export interface DiffLine {
  readonly sign: '-' | '+' | ' ';
  readonly text: string;
}

export function failureLines({ mismatches, hints }: TestResult): DiffLine[] {
  return [...mismatches.flatMap(mismatchLines), ...hints.map((hint): DiffLine => ({ sign: ' ', text: hint }))];
}

function mismatchLines({ expected, seen, payload }: Mismatch): DiffLine[] {
  if (payload.length > 0 && seen !== undefined)
    return [{ sign: ' ', text: resultText(seen) }, ...payload.flatMap(differenceLines)];
  return [
    { sign: '-', text: expected === undefined ? 'nothing' : expectationText(expected) },
    { sign: '+', text: seen === undefined ? 'nothing' : resultText(seen) },
  ];
}

function differenceLines({ at, expected, seen }: Difference): DiffLine[] {
  const place = at === '' ? 'payload' : `payload ${at}`;
  return [
    { sign: '-', text: `  ${place}: ${shown(expected)}` },
    { sign: '+', text: `  ${place}: ${shown(seen)}` },
  ];
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value);
}

function expectationText(expected: Expectation): string {
  const { route } = expected;
  if (expected.kind === 'event') return eventText(route, expected.event, expected.to) + exceptText(expected);
  if (expected.kind === 'action') return actionText(route, expected.to);
  if (expected.kind === 'passed-over') return `${route === undefined ? 'every route' : `route ${route}`}: passed over`;
  return `${route === undefined ? 'every route' : `route ${route}`}: dropped, ${expected.reason}`;
}

function resultText(seen: Result): string {
  if (seen.kind === 'sent') return eventText(seen.route, seen.event, recipientsOf(seen.rooms)) + exceptText(seen);
  if (seen.kind === 'disconnected') return actionText(seen.route, seen.users);
  if (seen.kind === 'passed-over') return `route ${seen.route}: passed over, ${seen.because}`;
  const who = seen.route === undefined ? '' : `route ${seen.route}: `;
  return `${who}dropped, ${seen.reason}: ${whyDropped(seen)}`;
}

function eventText(route: string | undefined, event: string, to: Recipients): string {
  return `${routeText(route)}${event} to ${isUsers(to) ? usersText(to) : audienceText(to)}`;
}

function exceptText({ except = [] }: { readonly except?: readonly string[] }): string {
  return except.length === 0 ? '' : ` except ${usersText(except)}`;
}

function audienceText(audience: Audience): string {
  return typeof audience === 'string'
    ? audience
    : `those whose claim ${audience.claim} has ${JSON.stringify(audience.has)}`;
}

function actionText(route: string | undefined, users: readonly string[]): string {
  return `${routeText(route)}disconnect ${usersText(users)}`;
}

function routeText(route: string | undefined): string {
  return route === undefined ? '' : `route ${route}: `;
}

function usersText(users: readonly string[]): string {
  return `${users.length === 1 ? 'user' : 'users'} ${users.join(', ')}`;
}
