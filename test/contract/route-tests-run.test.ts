import { describe, expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import type { Result } from '../../src/contract/explain/dry-run.ts';
import { differences } from '../../src/contract/route-tests/exact-json.ts';
import type { Expectation, ExpectedEvent, RouteTest } from '../../src/contract/route-tests/route-tests.ts';
import { compare, runRouteTests, type TestRun } from '../../src/contract/route-tests/run.ts';
import { failureLines } from '../../src/contract/route-tests/failure-text.ts';
import { LIMITS } from './contract-tree.ts';

function sent(route: string, user = '7', payload = '{"a":1}', event = 'e'): Result {
  return { kind: 'sent', route, event, rooms: [`user:${user}`], payload, skipped: 0 };
}

function event(rest: Partial<ExpectedEvent> = {}): Expectation {
  return { kind: 'event', event: 'e', to: ['7'], ...rest };
}

const both: Result = { kind: 'sent', route: 'r', event: 'e', rooms: ['user:7', 'user:8'], payload: '{}', skipped: 0 };
const dropped = (route: string): Result => ({ kind: 'dropped', route, reason: 'invalid', skipped: 0 });
const drop = (route?: string): Expectation => ({
  kind: 'drop',
  reason: 'invalid',
  ...(route !== undefined && { route }),
});

describe('results are as expected', () => {
  test.each<[when: string, expected: Expectation[], seen: Result[]]>([
    ['the event goes to the user', [event()], [sent('r')]],
    ['its route and payload are the named ones', [event({ route: 'r', payload: { value: { a: 1 } } })], [sent('r')]],
    ['two routes send the same event', [event(), event()], [sent('r'), sent('s')]],
    ['the loose one is written before the strict one', [event(), event({ route: 'r' })], [sent('r'), sent('s')]],
    [
      'one payload is given',
      [event(), event({ payload: { value: { a: 2 } } })],
      [sent('r', '7', '{"a":2}'), sent('s')],
    ],
    ['all routes drop it', [drop()], [dropped('r'), dropped('s')]],
    ['one of those that drop it is named, last', [drop(), drop('r')], [dropped('r'), dropped('s')]],
    ['one route drops it', [drop('r'), event({ route: 's' })], [sent('s'), dropped('r')]],
    ['the users stand in another order', [event({ to: ['8', '7'] })], [rooms('user:7', 'user:8')]],
    ['a shadow would send it too', [event()], [sent('r'), { ...sent('s'), shadow: true }]],
    ['a shadow is asked by its name', [event(), event({ route: 's' })], [sent('r'), { ...sent('s'), shadow: true }]],
    ['it is a broadcast', [event({ to: 'anyone' })], [rooms('audience:anyone')]],
  ])('when %s', (_, expected, seen) => {
    expect(compare(expected, seen)).toEqual([]);
  });

  function rooms(...names: string[]): Result {
    return { kind: 'sent', route: 'r', event: 'e', rooms: names, payload: '{}', skipped: 0 };
  }
});

describe('results are not as expected', () => {
  test.each<[when: string, expected: Expectation[], seen: Result[], mismatches: object[]]>([
    ['an event comes besides', [event()], [sent('r'), sent('s', '8')], [{ seen: sent('s', '8') }]],
    ['a route drops it besides', [event()], [sent('r'), dropped('s')], [{ seen: dropped('s') }]],
    ['only a shadow would send it', [event()], [{ ...sent('s'), shadow: true }], [{ expected: event() }]],
    [
      'a shadow would send it to another user',
      [event({ route: 's' })],
      [{ ...sent('s', '8'), shadow: true }],
      [{ expected: event({ route: 's' }), seen: sent('s', '8') }],
    ],
    ['another user hears it', [event()], [sent('r', '8')], [{ expected: event(), seen: sent('r', '8') }]],
    ['one more user is expected', [event({ to: ['7', '8'] })], [sent('r')], [{ seen: sent('r') }]],
    ['one more user hears it', [event()], [both], [{ expected: event(), seen: both }]],
    ['a broadcast is expected', [event({ to: 'anyone' })], [sent('r')], [{ seen: sent('r') }]],
    ['it is dropped', [event()], [dropped('r')], [{ expected: event(), seen: dropped('r') }]],
    ['it is not dropped', [drop()], [sent('r')], [{ expected: drop(), seen: sent('r') }]],
    ['another route drops it', [drop('r')], [dropped('s')], [{ expected: drop('r') }, { seen: dropped('s') }]],
    ['nothing is left for the second', [event(), event()], [sent('r')], [{ expected: event() }]],
    [
      'the payload differs',
      [event({ payload: { value: { a: 2, b: 1 } } })],
      [sent('r')],
      [
        {
          payload: [
            { at: '/a', expected: 2, seen: 1 },
            { at: '/b', expected: 1 },
          ],
        },
      ],
    ],
  ])('when %s', (_, expected, seen, mismatches) => {
    const found = compare(expected, seen);
    expect(found).toMatchObject(mismatches);
    expect(found).toHaveLength(mismatches.length);
  });
});

test.each<[unknown, unknown, string[]]>([
  [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, []],
  [{ a: { 'x/y~': 1 } }, { a: { 'x/y~': 2 } }, ['/a/x~1y~0']],
  [[1, 2], [1], ['/1']],
  [{ a: null }, {}, ['/a']],
  [{ a: '1' }, { a: 1 }, ['/a']],
  [[], {}, ['']],
])('%j and %j differ at %j', (expected, seen, places) => {
  expect(differences(expected, seen).map(({ at }) => at)).toEqual(places);
});

describe('a run', () => {
  test('tells routes that no message came to, and the lines of a failure', () => {
    const run = runOf({ channel: 'user-status', message: '{"user_id":7,"status":"on"}', expected: [event()] });
    expect(run.untested).toEqual(['feature-owners', 'notifications']);
    expect(linesOf(run)).toEqual([
      '- e to user 7',
      '+ route user-status: user-status-changed to authenticated',
      '  the routes file knows no event "e"',
    ]);
  });

  test('shows only where a payload differs', () => {
    const expected = event({
      event: 'user-status-changed',
      to: 'authenticated',
      payload: { value: { user_id: 7, status: 'off', more: 1 } },
    });
    const run = runOf({ channel: 'user-status', message: '{"user_id":7,"status":"on"}', expected: [expected] });
    expect(linesOf(run)).toEqual([
      '  route user-status: user-status-changed to authenticated',
      '-   payload /status: "off"',
      '+   payload /status: "on"',
      '-   payload /more: 1',
      '+   payload /more: (absent)',
    ]);
  });

  test('names the channel and the route that were meant', () => {
    const run = runOf({ channel: 'user-statsu', message: '{}', expected: [drop('user-statsu')] });
    expect(linesOf(run)).toEqual([
      '- route user-statsu: dropped, invalid',
      '+ nothing',
      '- nothing',
      '+ dropped, no-route: no route names the channel',
      '  the routes file knows no channel "user-statsu"; did you mean "user-status"?',
      '  the routes file knows no route "user-statsu"; did you mean "user-status"?',
    ]);
  });

  test('takes no message longer than the gateway does', () => {
    const expected: Expectation[] = [{ kind: 'drop', reason: 'too-large' }];
    const run = runOf({ channel: 'user-status', message: '"'.repeat(1001), expected });
    expect(run.results[0]?.mismatches).toEqual([]);
  });

  function runOf(rest: Pick<RouteTest, 'channel' | 'message' | 'expected'>): TestRun {
    const { config } = loadRoutes('config/routes.yaml');
    if (!config) throw new Error('config/routes.yaml is refused');
    return runRouteTests(config, [{ name: 'a test', at: { line: 1, column: 1 }, ...rest }], LIMITS);
  }

  function linesOf({ results }: TestRun): string[] {
    return results.flatMap(failureLines).map(({ sign, text }) => `${sign} ${text}`);
  }
});
