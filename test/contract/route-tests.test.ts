import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatFinding } from '../../src/config/text/findings.ts';
import { createRouteTestsReader, type RouteTest } from '../../src/contract/route-tests/route-tests.ts';
import { DROP_REASONS } from '../../src/dispatch/drop-reasons.ts';
import { valueAt } from '../../src/schema/json.ts';

const SCHEMA: unknown = JSON.parse(readFileSync('schemas/route-tests.schema.json', 'utf8'));
const read = createRouteTestsReader(SCHEMA);

/** A file with one test, whose name takes line 3. */
function file(...lines: string[]): string {
  return ['routes: routes.yaml', 'tests:', '  - name: a test', ...lines.map((line) => `    ${line}`)].join('\n');
}

function testIn(...lines: string[]): RouteTest | undefined {
  return read('x.test.yaml', file(...lines)).tests?.tests[0];
}

const PUBLISH = 'publish: { channel: c, message: { a: 1 } }';
const EXPECT = 'expect: { drop: invalid }';

describe('a file of route tests', () => {
  test('is read with the place of each test, ids in one form, and messages as JSON', () => {
    const expected = 'expect: [{ route: r, event: e, to: [7, "8", "7"], payload: null }, { drop: invalid }]';
    expect(read('x.test.yaml', file(PUBLISH, expected)).tests).toEqual({
      file: 'x.test.yaml',
      routes: 'routes.yaml',
      tests: [
        {
          name: 'a test',
          at: { line: 3, column: 5 },
          channel: 'c',
          message: '{"a":1}',
          expected: [
            { kind: 'event', route: 'r', event: 'e', to: ['7', '8'], payload: { value: null } },
            { kind: 'drop', reason: 'invalid' },
          ],
        },
      ],
    });
  });

  test('may expect users to be disconnected', () => {
    expect(testIn(PUBLISH, 'expect: { route: r, action: disconnect, to: [7, "8", "7"] }')?.expected).toEqual([
      { kind: 'action', route: 'r', action: 'disconnect', to: ['7', '8'] },
    ]);
  });

  test('publishes `raw` to the letter', () => {
    expect(testIn('publish: { channel: c, raw: \'{"n": 1.0\' }', EXPECT)?.message).toBe('{"n": 1.0');
  });

  test('knows every reason for a drop that a message can have by itself', () => {
    const known = valueAt(SCHEMA, ['$defs', 'drop', 'properties', 'drop', 'enum']);
    expect(known).toEqual(
      DROP_REASONS.filter((reason) => !['emit-failed', 'no-payload', 'duplicate'].includes(reason)),
    );
  });

  test.each<[mistake: string, lines: string[], told: string]>([
    ['a misspelt key', [PUBLISH, 'expects: { drop: invalid }'], ':5:5  error  unknown key "expects"; allowed here'],
    ['no expectation', [PUBLISH], ':3:5  error  key "expect" is missing. What becomes of it'],
    ['an empty list', [PUBLISH, 'expect: []'], ':5:13  error  found an empty list. '],
    ['a misspelt reason', [PUBLISH, 'expect: { drop: invald }'], ':5:21  error  found "invald". Why it is dropped'],
    ['an event to nobody', [PUBLISH, 'expect: { event: e }'], ':5:5  error  key "to" is missing. Who receives it'],
    ['an event to everyone', [PUBLISH, 'expect: { event: e, to: everyone }'], ':5:29  error  found "everyone". Who'],
    ['an event that drops', [PUBLISH, 'expect: { event: e, drop: invalid }'], ':5:15  error  unknown key "event"'],
    [
      'an action that is none',
      [PUBLISH, 'expect: { action: kick, to: [7] }'],
      ':5:23  error  found "kick". What is done: `disconnect`',
    ],
    [
      'everyone disconnected',
      [PUBLISH, 'expect: { action: disconnect, to: authenticated }'],
      ':5:39  error  found "authenticated". Whose connections are closed',
    ],
    ['user 0', [PUBLISH, 'expect: { event: e, to: [7, 0] }'], ':5:33  error  found the number 0. A user id'],
    ['a user with a blank', [PUBLISH, "expect: { event: e, to: ['7 8'] }"], ':5:30  error  found "7 8". A user id'],
    ['no message', ['publish: { channel: c }', EXPECT], ':4:14  error  found a map with channel. What is published'],
    ['two messages', ["publish: { channel: c, message: {}, raw: '' }", EXPECT], 'either `message` (as YAML) or `raw`'],
    [
      'a rounded number',
      ['publish: { channel: c, message: { a: [9007199254740993] } }', EXPECT],
      ':4:43  error  a number',
    ],
    ['no number', ['publish: { channel: c, message: { a: .nan } }', EXPECT], 'that would be published as null'],
    ['broken YAML', ['publish: { channel: c', EXPECT], '  [syntax]'],
    ['a key twice', [PUBLISH, EXPECT, EXPECT], ':6:5  error  key "expect" already exists at 5:5'],
  ])('with %s is refused at its place', (_, lines, told) => {
    const { tests, findings } = read('x.test.yaml', file(...lines));
    expect(tests).toBeUndefined();
    expect(findings.map(formatFinding).join('\n')).toContain(told);
  });

  test.each(['', '7', '[]', 'routes: x', 'routes: x\ntests: []', 'routes: x\ntests: [1]', 'routes: x\ntests: {}'])(
    'of other content is refused: %j',
    (text) => {
      expect(read('x.test.yaml', text).findings).not.toHaveLength(0);
    },
  );
});
