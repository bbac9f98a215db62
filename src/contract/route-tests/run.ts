import type { RoutesConfig } from '../../config/routes/route-config.ts';
import type { MessageLimits } from '../../dispatch/message.ts';
import { compilePlan, type Plan } from '../../routes/plan.ts';
import { audienceRoom } from '../../routes/rooms.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { dryRun, type Result, type Sent } from '../explain/dry-run.ts';
import { differences, type Difference } from './exact-json.ts';
import { isUsers, recipientsOf, type Recipients } from '../explain/recipients.ts';
import type { ExpectedAction, ExpectedDrop, ExpectedEvent, Expectation, RouteTest } from './route-tests.ts';

/** Something that should have happened and did not, or the other way round; both where one came for the other. */
export interface Mismatch {
  readonly expected?: Expectation;
  readonly seen?: Result;
  /** Of the payload, where all else is as expected. */
  readonly payload: readonly Difference[];
}

export interface TestResult {
  readonly test: RouteTest;
  readonly mismatches: readonly Mismatch[];
  /** Names in the test that the routes file does not know. */
  readonly hints: readonly string[];
}

export interface TestRun {
  readonly results: readonly TestResult[];
  /** Routes that no message of these tests came to. */
  readonly untested: readonly string[];
}

/** Each message goes the gateway's own way, and all that becomes of it must have been expected. */
export function runRouteTests(config: RoutesConfig, tests: readonly RouteTest[], limits: MessageLimits): TestRun {
  const plan = compilePlan(config, 1);
  const reached = new Set<string | undefined>();
  const results = tests.map((test) => {
    const seen = dryRun({ config, plan }, test.channel, Buffer.from(test.message), limits);
    // What a shadow would do must be asked for: a test of the live route need not know of it.
    const asked = new Set(test.expected.map(({ route }) => route));
    for (const { route, shadow, kind } of seen)
      if (kind !== 'passed-over' && (!shadow || asked.has(route))) reached.add(route);
    const mismatches = compare(test.expected, seen);
    return { test, mismatches, hints: mismatches.length === 0 ? [] : hintsFor(test, plan) };
  });
  return { results, untested: plan.routes.map(({ name }) => name).filter((name) => !reached.has(name)) };
}

/** Those that say most choose first; a drop without a route takes what is left. Routes that pass a message over need no expectation. */
export function compare(expected: readonly Expectation[], seen: readonly Result[]): Mismatch[] {
  const left = new Set(seen);
  const missing = expected.toSorted((a, b) => weight(b) - weight(a)).filter((one) => !take(one, left));
  const paired = missing.map((one) => {
    const near = nearest(one, [...left]);
    if (near) left.delete(near);
    return { expected: one, ...(near && { seen: near }), payload: near ? payloadDifferences(one, near) : [] };
  });
  const unexpected = [...left].filter(({ shadow, kind }) => !shadow && kind !== 'passed-over');
  return [...paired, ...unexpected.map((one) => ({ seen: one, payload: [] }))];
}

function weight(expected: Expectation): number {
  if (expected.kind === 'drop' || expected.kind === 'passed-over') return expected.route === undefined ? 0 : 2;
  return 1 + (expected.route === undefined ? 0 : 2) + (expected.kind === 'event' && expected.payload ? 1 : 0);
}

/** Removes a result that meets the expectation from the rest; returns whether there was one. */
function take(expected: Expectation, left: Set<Result>): boolean {
  const meeting = [...left].filter((result) => isSuch(expected, result));
  const all = expected.route === undefined && (expected.kind === 'drop' || expected.kind === 'passed-over');
  for (const result of all ? meeting : meeting.slice(0, 1)) left.delete(result);
  return meeting.length > 0;
}

function isSuch(expected: Expectation, result: Result): boolean {
  if (expected.kind === 'drop') return isSuchDrop(expected, result);
  if (expected.kind === 'passed-over') return result.kind === 'passed-over' && ofRoute(expected, result);
  return expected.kind === 'event' ? isSuchEvent(expected, result) : isSuchAction(expected, result);
}

function isSuchAction(expected: ExpectedAction, result: Result): boolean {
  return result.kind === 'disconnected' && ofRoute(expected, result) && isSame(expected.to, result.users);
}

function isSuchDrop(expected: ExpectedDrop, result: Result): boolean {
  return result.kind === 'dropped' && result.reason === expected.reason && ofRoute(expected, result);
}

function isSuchEvent(expected: ExpectedEvent, result: Result): boolean {
  if (result.kind !== 'sent' || !isAddressed(expected, result)) return false;
  return !expected.payload || differences(expected.payload.value, JSON.parse(result.payload)).length === 0;
}

function isAddressed(expected: ExpectedEvent, result: Sent): boolean {
  return (
    ofRoute(expected, result) &&
    result.event === expected.event &&
    isSame(expected.to, recipientsOf(result.rooms)) &&
    isSame(expected.except ?? [], result.except ?? [])
  );
}

function ofRoute({ route }: Expectation, result: Result): boolean {
  return route === undefined ? !result.shadow : route === result.route;
}

function isSame(a: Recipients, b: Recipients): boolean {
  if (!isUsers(a) || !isUsers(b)) return !isUsers(a) && !isUsers(b) && audienceRoom(a) === audienceRoom(b);
  return a.length === b.length && a.every((user) => b.includes(user));
}

/** What probably came in place of it. */
function nearest(expected: Expectation, left: readonly Result[]): Result | undefined {
  const candidates = left.filter((result) => ofRoute(expected, result));
  const event = expected.kind === 'event' ? expected.event : undefined;
  return candidates.find((result) => result.kind === 'sent' && result.event === event) ?? candidates[0];
}

function payloadDifferences(expected: Expectation, seen: Result): Difference[] {
  if (expected.kind !== 'event' || !expected.payload || seen.kind !== 'sent') return [];
  return isAddressed(expected, seen) ? differences(expected.payload.value, JSON.parse(seen.payload)) : [];
}

function hintsFor({ channel, expected }: RouteTest, { sources, routes, userIds }: Plan): string[] {
  const events = expected.flatMap((one) => (one.kind === 'event' ? [one.event] : []));
  const named = expected.flatMap(({ route }) => route ?? []);
  const users = expected.flatMap((one) => ('to' in one && isUsers(one.to) ? one.to : []));
  const wrong = users.filter((user) => userIds.parse(user) === undefined);
  return [
    ...wrong.map((user) => `${JSON.stringify(user)} is no user id of the routes file: that is ${userIds.description}`),
    ...unknown('channel', [channel], sources),
    ...unknown('event', events, [...new Set(routes.flatMap((route) => (route.kind === 'event' ? [route.event] : [])))]),
    ...unknown(
      'route',
      named,
      routes.map(({ name }) => name),
    ),
  ];
}

function unknown(kind: string, names: readonly string[], known: readonly string[]): string[] {
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = didYouMean(name, known);
      return `the routes file knows no ${kind} "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
    });
}
