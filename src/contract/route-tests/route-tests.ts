import type { Finding, Position } from '../../config/text/findings.ts';
import { readYaml, type YamlDocument } from '../../config/text/yaml-document.ts';
import { DROP_REASONS, type DropReason } from '../../dispatch/drop-reasons.ts';
import { USER_IDS, type UserId } from '../../routes/user-id.ts';
import { isObject, valueAt } from '../../schema/json.ts';
import { compileShape, type Violation } from '../../schema/shape.ts';
import { inexactNumbers } from './exact-json.ts';
import type { Recipients } from '../explain/recipients.ts';

/** What should become of a message on one route, or, of a drop without a route, on all others. */
export type Expectation = ExpectedEvent | ExpectedAction | ExpectedDrop | ExpectedPass;

export interface ExpectedEvent {
  readonly kind: 'event';
  readonly route?: string;
  readonly event: string;
  readonly to: Recipients;
  /** Users of an audience who do not receive it. */
  readonly except?: readonly UserId[];
  /** Absent where any payload will do. */
  readonly payload?: { readonly value: unknown };
}

export interface ExpectedAction {
  readonly kind: 'action';
  readonly route?: string;
  readonly action: 'disconnect';
  readonly to: readonly UserId[];
}

export interface ExpectedDrop {
  readonly kind: 'drop';
  readonly route?: string;
  readonly reason: DropReason;
}

/** The route passes the message over; without a route all of its channel do. */
export interface ExpectedPass {
  readonly kind: 'passed-over';
  readonly route?: string;
}

export interface RouteTest {
  readonly name: string;
  readonly at: Position;
  readonly channel: string;
  /** The text that is published. */
  readonly message: string;
  readonly expected: readonly Expectation[];
}

export interface RouteTests {
  readonly file: string;
  /** Path of the routes file, from this one's folder. */
  readonly routes: string;
  readonly tests: readonly RouteTest[];
}

export interface RouteTestsReading {
  readonly tests?: RouteTests;
  readonly findings: readonly Finding[];
}

/** @param schema schemas/route-tests.schema.json, which editors read too. */
export function createRouteTestsReader(schema: unknown): (file: string, text: string) => RouteTestsReading {
  const shape = compileShape(schema);
  return (file, text) => {
    const { document, findings } = readYaml(file, text);
    if (!document || findings.length > 0) return { findings };
    const violations = shape(document.value);
    const wrong = violations.length > 0 ? violations : valueViolations(document.value);
    if (wrong.length > 0) return { findings: wrong.map((one) => toFinding(file, document, one)) };
    const routes = String(valueAt(document.value, ['routes']));
    const tests = listOf(valueAt(document.value, ['tests'])).map((test, i) => readTest(test, i, document));
    return { tests: { file, routes, tests }, findings };
  };
}

function toFinding(file: string, document: YamlDocument, { kind, path, of, message }: Violation): Finding {
  return { code: kind, severity: 'error', file, at: document.locate(path, of), message };
}

/** Checks beyond the schema: values that JSON would change, ids of no kind. */
function valueViolations(value: unknown): Violation[] {
  return listOf(valueAt(value, ['tests'])).flatMap((test, i) => {
    const path = ['tests', String(i)];
    const message = [...path, 'publish', 'message'];
    return [
      ...inexactNumbers(valueAt(value, message), message),
      ...expectationsOf(test).flatMap(({ path: inner, value: expected }) => {
        const at = [...path, ...inner];
        return [...inexactNumbers(valueAt(expected, ['payload']), [...at, 'payload']), ...badUsers(expected, at)];
      }),
    ];
  });
}

function badUsers(expected: unknown, at: readonly string[]): Violation[] {
  return listOf(valueAt(expected, ['to'])).flatMap((user, i): Violation[] => {
    if (userIn(user) !== undefined) return [];
    const message = `found ${JSON.stringify(user)}. A user id is ${USER_IDS.uint64.description}; with identity: { user_id: text } it is ${USER_IDS.text.description}`;
    return [{ kind: 'wrong-value', path: [...at, 'to', String(i)], of: 'value', message }];
  });
}

function expectationsOf(test: unknown): { path: string[]; value: unknown }[] {
  const expect = valueAt(test, ['expect']);
  if (!Array.isArray(expect)) return [{ path: ['expect'], value: expect }];
  return expect.map((value: unknown, i) => ({ path: ['expect', String(i)], value }));
}

function readTest(test: unknown, index: number, document: YamlDocument): RouteTest {
  const publish = valueAt(test, ['publish']);
  const raw = valueAt(publish, ['raw']);
  return {
    name: String(valueAt(test, ['name'])),
    at: document.locate(['tests', String(index)]),
    channel: String(valueAt(publish, ['channel'])),
    message: typeof raw === 'string' ? raw : JSON.stringify(valueAt(publish, ['message'])),
    expected: expectationsOf(test).map(({ value }) => readExpectation(value)),
  };
}

function readExpectation(value: unknown): Expectation {
  const { route, event, action, to, except, drop, passed_over: passedOver } = isObject(value) ? value : {};
  const named = typeof route === 'string' ? { route } : {};
  const reason = DROP_REASONS.find((one) => one === drop);
  if (reason !== undefined) return { kind: 'drop', ...named, reason };
  if (passedOver === true) return { kind: 'passed-over', ...named };
  if (action !== undefined) return { kind: 'action', ...named, action: 'disconnect', to: readUsers(to) };
  const payload = isObject(value) && Object.hasOwn(value, 'payload') ? { payload: { value: value['payload'] } } : {};
  const excepted = Array.isArray(except) ? { except: readUsers(except) } : {};
  return { kind: 'event', ...named, event: String(event), to: readRecipients(to), ...excepted, ...payload };
}

function readRecipients(to: unknown): Recipients {
  if (isObject(to)) return { claim: String(to['claim']), has: String(to['has']) };
  return to === 'anyone' || to === 'authenticated' ? to : readUsers(to);
}

function readUsers(to: unknown): UserId[] {
  return [...new Set(listOf(to).flatMap((user) => userIn(user) ?? []))];
}

/** The reader does not know the routes file: whether the text is an id of its kind shows when the tests run. */
function userIn(value: unknown): UserId | undefined {
  return USER_IDS.uint64.parse(value) ?? USER_IDS.text.parse(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
