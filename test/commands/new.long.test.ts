import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { completeOptions } from '../../src/commands/new/questions.ts';
import { addRoute, addTest } from '../../src/config/text/add-to-yaml.ts';
import { parseTargetField } from '../../src/config/routes/field.ts';
import { notUserLike } from '../../src/contract/new-route/guesses.ts';
import { inferSchema } from '../../src/contract/new-route/infer-schema.ts';
import { plant } from '../config/tree.ts';
import { runCommand } from '../contract/run-command.ts';

const OFFER = { offer_id: 12, buyer_id: 7, price: 1.5, traceparent: '00-x' };
const ARGS = ['--event', 'offer-made', '--target', 'users:buyer_id,seller_id?', '--sample', '-'];

/** A copy of the seed's files. */
function seed(): string {
  const root = plant({});
  for (const folder of ['config', 'schemas']) cpSync(folder, join(root, folder), { recursive: true });
  return root;
}

function contentsOf(root: string): Record<string, string> {
  const files = globSync('*/**/*.{yaml,json}', { cwd: root });
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

function runNew(root: string, channel: string, args: readonly string[] = ARGS, sample: unknown = OFFER) {
  const input = typeof sample === 'string' ? sample : JSON.stringify(sample);
  return runCommand(['new', channel, '--file', join(root, 'config/routes.yaml'), ...args], input);
}

describe('what no option says', () => {
  const answers: Record<string, string> = { Event: 'offer-made', Who: ' broadcast ', File: 'offer.json' };
  const ask = async (questions: readonly string[]): Promise<string[]> =>
    questions.map((question) => answers[question.split(' ')[0] ?? ''] ?? '');

  test('is asked for at a terminal, and nothing else', async () => {
    expect(await completeOptions({}, ask)).toEqual({ event: 'offer-made', target: 'broadcast', sample: 'offer.json' });
    const given = { event: 'other', sample: '-' };
    expect(await completeOptions(given, ask)).toEqual({ event: 'other', target: 'broadcast', sample: '-' });
  });

  test('is told where nobody can be asked, or nobody answers', async () => {
    expect(await completeOptions({ target: 'broadcast' }, undefined)).toBe('required: --event, --sample');
    expect(await completeOptions({ target: 'broadcast' }, async () => [])).toBe('no answer for --event, --sample');
  });

  test('ends the command with 64 when it runs in a script', () => {
    const { code, err } = runCommand(['new', 'offers', '--target', 'broadcast']);
    expect(code).toBe(64);
    expect(err).toContain('required: --event, --sample');
  });
});

test('a number that is written with a fraction or an exponent is a number, a whole one is an integer', () => {
  const root = seed();
  const { code } = runNew(
    root,
    'offer-made',
    ARGS,
    '{"buyer_id":7.0,"price":12.0,"list":[1,2.0],"big":1e3,"count":12}',
  );
  expect(code).toBe(0);
  const schema: unknown = JSON.parse(readFileSync(join(root, 'schemas/offer-made.schema.json'), 'utf8'));
  expect(schema).toMatchObject({
    properties: {
      price: { type: 'number' },
      list: { items: { type: 'number' } },
      big: { type: 'number' },
      count: { type: 'integer' },
      buyer_id: { $ref: 'common.schema.json#/$defs/id' },
    },
  });
});

test('what one sample cannot tell is said, and a target that does not look like a user', () => {
  const root = seed();
  const sample = '{"room_id":7,"count":12,"note":null,"tags":[],"inner":[{"n":1}]}';
  const args = ['--event', 'said', '--target', 'user:room_id', '--sample', sample];
  const { code, err } = runCommand(['new', 'said', '--file', join(root, 'config/routes.yaml'), ...args]);
  expect(code).toBe(0);
  for (const words of [
    'guessed required, as the sample has them: room_id, count, note, tags, inner, inner[].n',
    'guessed whole numbers only: count, inner[].n',
    'guessed anything at all, as the sample has null: note',
    'guessed lists of anything, as the sample has none: tags',
    'warning: room_id does not look like a user',
  ])
    expect(err).toContain(words);
});

test.each([
  ['user_id', true],
  ['buyerId', true],
  ['/data/recipients', true],
  ['/user/id', true],
  ['winner', true],
  ['created_by', true],
  ['owner_user_id?', true],
  ['room_id', false],
  ['order_id', false],
  ['user_room_id', false],
  ['/data/lobbyId', false],
  ['guild', false],
  ['id', false],
])('%s looks like a user: %s', (field, looks) => {
  expect(notUserLike(parseTargetField(field)) === undefined).toBe(looks);
});

describe('gateway new', () => {
  test('adds a route, a schema and a test, and touches nothing else', () => {
    const root = seed();
    const before = contentsOf(root);

    const { code, out } = runNew(root, 'offer-made');

    expect({ code, out }).toEqual({
      code: 0,
      out: `wrote ${root}/schemas/offer-made.schema.json
added route "offer-made" to ${root}/config/routes.yaml
added a test to ${root}/config/routes.test.yaml
${root}/config/routes.yaml: 4 routes, 0 warnings
`,
    });
    const after = contentsOf(root);
    expect(after['config/routes.yaml']).toBe(`${before['config/routes.yaml']}
  offer-made:
    event: offer-made
    schema: ../schemas/offer-made.schema.json
    target: { users: [buyer_id, seller_id?] }
`);
    expect(after['config/routes.test.yaml']).toBe(`${before['config/routes.test.yaml']}
  - name: a message on offer-made reaches those it is for
    publish:
      channel: offer-made
      message:
        offer_id: 12
        buyer_id: 7
        price: 1.5
    expect:
      route: offer-made
      event: offer-made
      to: [7]
`);
    expect(JSON.parse(after['schemas/offer-made.schema.json'] ?? '')).toMatchObject({
      title: 'Offer made',
      required: ['offer_id', 'buyer_id', 'price'],
      properties: {
        buyer_id: { $ref: 'common.schema.json#/$defs/id' },
        seller_id: { $ref: 'common.schema.json#/$defs/optional_id' },
      },
      examples: [{ offer_id: 12, buyer_id: 7, price: 1.5 }],
    });
    const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
    expect(changed.sort()).toEqual(['config/routes.test.yaml', 'config/routes.yaml', 'schemas/offer-made.schema.json']);
  });

  test('takes the sample as JSON text, too', () => {
    const root = seed();
    const args = [...ARGS.slice(0, -1), JSON.stringify(OFFER)];
    expect(runNew(root, 'offer-made', args, '').code).toBe(0);
    const schema: unknown = JSON.parse(readFileSync(join(root, 'schemas/offer-made.schema.json'), 'utf8'));
    expect(schema).toHaveProperty('examples', [{ offer_id: 12, buyer_id: 7, price: 1.5 }]);
  });

  test('what it writes passes gateway test, with every route covered', () => {
    const root = seed();
    runNew(root, 'offer-made');
    const tested = runCommand(['test', '--file', join(root, 'config/routes.yaml'), '--require-coverage']);
    expect(tested.code).toBe(0);
    expect(tested.out).toContain('✓ a message on offer-made reaches those it is for');
  });

  test('on a channel that has a route already the test expects what becomes of the message there', () => {
    const root = seed();
    expect(runNew(root, 'user-status').err).toContain('has a route "user-status" already');
    const routes = join(root, 'config/routes.yaml');
    writeFileSync(
      routes,
      readFileSync(routes, 'utf8').replace('  user-status:', '  presence:\n    channel: user-status'),
    );
    expect(runNew(root, 'user-status', [...ARGS, '--schema-name', 'second']).code).toBe(0);
    const tests: unknown = parse(readFileSync(join(root, 'config/routes.test.yaml'), 'utf8'));
    expect(tests).toHaveProperty('tests.22.expect', [
      { route: 'presence', drop: 'invalid' },
      { route: 'user-status', event: 'offer-made', to: [7] },
    ]);
  });

  test('a channel that is no name of a route gets one that is', () => {
    const root = seed();
    expect(runNew(root, 'shop/offers made').code).toBe(0);
    const routes: unknown = parse(readFileSync(join(root, 'config/routes.yaml'), 'utf8'));
    expect(routes).toHaveProperty('routes.shop-offers-made', {
      channel: 'shop/offers made',
      event: 'offer-made',
      schema: '../schemas/shop-offers-made.schema.json',
      target: { users: ['buyer_id', 'seller_id?'] },
    });
  });

  const broadcast = (...rest: string[]): string[] => ['--target', 'broadcast', '--sample', '-', ...rest];
  test.each<[string, string, readonly string[], unknown, number, string]>([
    ['a route of that name', 'notifications', ARGS, OFFER, 1, 'has a route "notifications" already'],
    ['a schema of that name', 'x', [...ARGS, '--schema-name', 'common'], OFFER, 1, 'EEXIST'],
    ['a sample that is not JSON', 'x', ARGS, '{', 1, 'the sample is not JSON'],
    ['a sample that is a list', 'x', ARGS, [1], 1, 'is not a JSON object'],
    ['a number beyond 2^53', 'x', ARGS, '{"buyer_id": 9007199254740993}', 1, 'at /buyer_id, a number beyond 2^53'],
    ['a target that the sample has not', 'x', ARGS, { a: 1 }, 1, 'the sample has no buyer_id'],
    ['a target that holds no id', 'x', ARGS, { buyer_id: '07' }, 1, 'buyer_id is "07" in the sample'],
    ['an event of the gateway', 'x', broadcast('--event', 'connect'), OFFER, 1, 'files are as before'],
    ['a target of no kind', 'x', ['--event', 'e', '--target', 'everyone', '--sample', '-'], OFFER, 64, '"everyone"'],
    ['an empty field', 'x', ['--event', 'e', '--target', 'users:a,', '--sample', '-'], OFFER, 64, '"users:a,"'],
    ['a schema in another folder', 'x', [...ARGS, '--schema-name', '../x'], OFFER, 64, 'without a folder'],
    ['a sample file that is not there', 'x', broadcast('--event', 'e', '--sample', 'none.json'), OFFER, 64, 'be read'],
    ['no event', 'x', broadcast(), OFFER, 64, '--event'],
  ])('with %s it adds nothing', (_, channel, args, sample, code, words) => {
    const root = seed();
    const before = contentsOf(root);
    const ended = runNew(root, channel, args, sample);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(words);
    expect(contentsOf(root)).toEqual(before);
  });

  test('what the check refuses is told with its place', () => {
    const { out } = runNew(seed(), 'x', broadcast('--event', 'connect'));
    expect(out).toMatch(
      /routes\.yaml:\d+:\d+ {2}error {2}route "x": .* \[reserved-event\]\n {2}\d+ \| {5}event: connect\n/,
    );
  });

  test('without a file of tests it begins one, which passes gateway test and takes further tests', () => {
    const root = seed();
    const tests = join(root, 'config/routes.test.yaml');
    rmSync(tests);
    const { code, out } = runNew(root, 'offer-made');
    expect(code).toBe(0);
    expect(out).toContain(`\nwrote a test to ${tests}\n`);
    const begun = readFileSync(tests, 'utf8');
    expect(begun).toBe(`# yaml-language-server: $schema=../schemas/route-tests.schema.json
routes: routes.yaml
tests:
  - name: a message on offer-made reaches those it is for
    publish:
      channel: offer-made
      message:
        offer_id: 12
        buyer_id: 7
        price: 1.5
    expect:
      route: offer-made
      event: offer-made
      to: [7]
`);
    expect(runCommand(['test', tests])).toMatchObject({ code: 0, err: '' });
    expect(runNew(root, 'offer-taken').out).toContain(`\nadded a test to ${tests}\n`);
    expect(readFileSync(tests, 'utf8').startsWith(begun)).toBe(true);
    expect(runCommand(['test', tests]).code).toBe(0);
  });

  test('a file of tests names no schema for editors where there is none', () => {
    const root = seed();
    rmSync(join(root, 'config/routes.test.yaml'));
    rmSync(join(root, 'schemas/route-tests.schema.json'));
    expect(runNew(root, 'x').code).toBe(0);
    expect(readFileSync(join(root, 'config/routes.test.yaml'), 'utf8')).toMatch(/^routes: routes\.yaml\ntests:\n/);
  });

  test.each([
    ['there is no file of tests', true],
    ['there is one', false],
  ])('a test that would have mistakes is taken back with all the rest, where %s', (_, none) => {
    const root = seed();
    if (none) rmSync(join(root, 'config/routes.test.yaml'));
    const before = contentsOf(root);
    // A key like any other in JSON, one that is refused in YAML.
    const { code, err } = runNew(root, 'x', ARGS, { ...OFFER, '<<': 1 });
    expect([code, err]).toEqual([1, expect.stringContaining('nothing was added: the test would have mistakes: ')]);
    expect(contentsOf(root)).toEqual(before);
  });

  test('a route that the check refuses leaves no file of tests behind', () => {
    const root = seed();
    rmSync(join(root, 'config/routes.test.yaml'));
    const before = contentsOf(root);
    expect(runNew(root, 'x', broadcast('--event', 'connect')).code).toBe(1);
    expect(contentsOf(root)).toEqual(before);
  });

  test('tests for another routes file are left alone, and it says so', () => {
    const root = seed();
    const tests = join(root, 'config/routes.test.yaml');
    const theirs = readFileSync(tests, 'utf8').replace('routes: routes.yaml', 'routes: other.yaml');
    writeFileSync(tests, theirs);
    const { code, out } = runNew(root, 'x');
    expect([code, out]).toEqual([0, expect.stringContaining(`no test was added: ${tests} is for `)]);
    expect(readFileSync(tests, 'utf8')).toBe(theirs);
  });
});

describe('gateway new --json', () => {
  const JSON_ARGS = [...ARGS, '--json'];

  test('prints one document of what it wrote', () => {
    const root = seed();
    const [file, schema, tests] = [
      'config/routes.yaml',
      'schemas/offer-made.schema.json',
      'config/routes.test.yaml',
    ].map((path) => join(root, path));
    rmSync(String(tests));
    const { code, out, err } = runNew(root, 'offer-made', JSON_ARGS);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({
      added: true,
      route: 'offer-made',
      file,
      schema,
      test: tests,
      guesses: ['required, as the sample has them: offer_id, buyer_id, price', 'whole numbers only: offer_id'],
      warnings: [],
      created: [schema, tests],
      laidOutAnew: [],
      routes: 4,
      findings: [],
    });
  });

  test('says why there is no test', () => {
    const root = seed();
    writeFileSync(join(root, 'config/routes.test.yaml'), 'tests: [');
    const result: unknown = JSON.parse(runNew(root, 'x', JSON_ARGS).out);
    expect(result).toMatchObject({ added: true, untested: expect.stringContaining('has errors') });
    expect(result).not.toHaveProperty('test');
  });

  test('prints why nothing was added, with all findings', () => {
    const root = seed();
    const taken = runNew(root, 'notifications', JSON_ARGS);
    expect(taken).toMatchObject({ code: 1, err: '' });
    const problem = expect.stringContaining('has a route "notifications" already');
    expect(JSON.parse(taken.out)).toEqual({ added: false, problem, findings: [] });

    const refused = runNew(root, 'x', [...JSON_ARGS, '--event', 'connect']);
    expect(refused).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(refused.out)).toMatchObject({
      added: false,
      findings: [{ code: 'reserved-event', severity: 'error', route: 'x' }],
    });

    writeFileSync(join(root, 'config/routes.yaml'), 'version: 2');
    const before = runNew(root, 'x', JSON_ARGS);
    expect(before).toMatchObject({ code: 78, err: '' });
    expect(JSON.parse(before.out)).toMatchObject({
      added: false,
      problem: expect.stringContaining('has errors already'),
      findings: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]),
    });
  });
});

const ROUTE = { event: 'e', target: { user: 'id' } };

test.each<[string, string, string]>([
  ['after the others', 'routes:\n  a: {}\n', 'routes:\n  a: {}\n\n  b:\n    event: e\n    target: { user: id }\n'],
  [
    'below all comments',
    '# 1\nroutes: # 2\n  # 3\n  a: {} # 4\n',
    '# 1\nroutes: # 2\n  # 3\n  a: {} # 4\n\n  b:\n    event: e\n    target: { user: id }\n',
  ],
  [
    'below lines of any layout',
    'routes:\n  a:   {  x:   1}   # why\n\n\n',
    'routes:\n  a:   {  x:   1}   # why\n\n  b:\n    event: e\n    target: { user: id }\n',
  ],
  [
    'as deep as the others',
    'routes:\n    a: {}\n',
    'routes:\n    a: {}\n\n    b:\n        event: e\n        target: { user: id }\n',
  ],
  [
    'where lists are tight',
    'routes:\n  a: { x: [1] }\n',
    'routes:\n  a: { x: [1] }\n\n  b:\n    event: e\n    target: { user: id }\n',
  ],
  [
    'where maps are tight',
    'routes:\n  a: {x: 1}\n',
    'routes:\n  a: {x: 1}\n\n  b:\n    event: e\n    target: {user: id}\n',
  ],
  [
    'where lines end as on Windows',
    'routes:\r\n  a: {}\r\n',
    'routes:\r\n  a: {}\r\n\r\n  b:\r\n    event: e\r\n    target: { user: id }\r\n',
  ],
])('a route is added %s', (_, before, after) => {
  expect(addRoute(before, 'b', ROUTE)).toEqual({ text: after, isReformatted: false });
});

test('a file whose layout cannot be kept is laid out anew, which is told', () => {
  const { text, isReformatted } = addRoute('routes:\n     a:   {  x:   1}   # why\nversion: 1\n', 'b', ROUTE);
  expect(isReformatted).toBe(true);
  expect(parse(text)).toEqual({ routes: { a: { x: 1 }, b: ROUTE }, version: 1 });
  expect(text).toContain('# why');
});

test('a test is added with its recipients in one line', () => {
  const before = 'tests:\n  - name: a\n    expect: { to: [1] }\n';
  expect(addTest(before, { name: 'b', expect: { to: [7, 8] } })).toEqual({
    text: `${before}\n  - name: b\n    expect:\n      to: [7, 8]\n`,
    isReformatted: false,
  });
});

const ID = { type: ['integer', 'string'], minimum: 1, maximum: 9007199254740991, pattern: '^[1-9][0-9]{0,19}$' };
const OPTIONAL_ID = {
  type: ['integer', 'string', 'null', 'array'],
  minimum: 0,
  maximum: 9007199254740991,
  pattern: '^([1-9][0-9]{0,19}|0?)$',
  items: false,
  maxItems: 0,
};

test.each<[string, Record<string, unknown>, string[], object]>([
  [
    'plain values',
    { a: 1, b: 1.5, c: 'x', d: true },
    [],
    {
      required: ['a', 'b', 'c', 'd'],
      properties: { a: { type: 'integer' }, b: { type: 'number' }, c: { type: 'string' }, d: { type: 'boolean' } },
    },
  ],
  ['null, which may be anything', { a: null }, [], { required: ['a'], properties: { a: {} } }],
  ['an id', { a: '7' }, ['a'], { required: ['a'], properties: { a: ID } }],
  ['a list of ids', { a: [7] }, ['a'], { required: ['a'], properties: { a: { type: 'array', items: ID } } }],
  ['an id that may be absent', { a: 7 }, ['a?'], { properties: { a: OPTIONAL_ID } }],
  [
    'an id within',
    { a: { b: 7 } },
    ['/a/b'],
    { required: ['a'], properties: { a: { type: 'object', required: ['b'], properties: { b: ID } } } },
  ],
  [
    'a list whose items differ',
    { a: [{ x: 1, y: 'b' }, { x: 1.5 }] },
    [],
    {
      required: ['a'],
      properties: {
        a: {
          type: 'array',
          items: { type: 'object', required: ['x'], properties: { x: { type: 'number' }, y: { type: 'string' } } },
        },
      },
    },
  ],
  ['an empty list', { a: [] }, [], { required: ['a'], properties: { a: { type: 'array' } } }],
])('the schema of %s', (_, sample, ids, rules) => {
  expect(inferSchema({ title: 'T', sample, ids: ids.map(parseTargetField) })).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'T',
    type: 'object',
    ...rules,
    examples: [sample],
  });
});
