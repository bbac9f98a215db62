import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { loadRoutes, MAX_ROUTES } from '../../src/config/routes/load-routes.ts';
import { readYaml } from '../../src/config/text/yaml-document.ts';
import { FINDING_CODES, MOST_FINDINGS } from '../../src/config/text/findings.ts';
import { ENVIRONMENT_ROWS } from './environment-rows.ts';
import { NOT_APPLICABLE } from './not-applicable.ts';
import { NAME_ROWS, ROUTES_ROWS } from './routes-rows.ts';
import { SCHEMA_ROWS } from './schema-rows.ts';
import { MESSAGE_ROWS } from './message-rows.ts';
import { STREAM_ROWS } from './stream-rows.ts';
import { TARGET_LIST_ROWS, TARGET_ROWS } from './target-rows.ts';
import { GOOD_ROUTE, load, plant, treeOf, withProperties } from './tree.ts';

const routesOf = (count: number, route: (index: number) => string): string =>
  `version: 1\nroutes:\n${Array.from({ length: count }, (_, index) => `  r${index}: ${route(index)}\n`).join('')}`;
const good = (index: number): string => `{ event: e${index}, schema: ../schemas/a.json, target: { user: user_id } }`;

function timed<T>(work: () => T): { result: T; milliseconds: number } {
  const start = performance.now();
  return { result: work(), milliseconds: performance.now() - start };
}

test('ten mistakes are reported in one run, in the order of the files', () => {
  const { config, findings } = load({
    routes: `version: 2
routes:
  a:
    event: connect
    event: again
    shema: ../schemas/a.json
    schema: ../schemas/a.json
    target: { user: user_id }
  b: { event: x, schema: ../schemas/none.json, target: { user: 5 } }
  c: { event: disconnect, schema: ../schemas/none.json, target: broadcast }
  d: { channel: "o:*", event: !x y, schema: ../schemas/a.json, target: { user: usr_id } }
`,
    schema: withProperties({ x: { type: 'int' } }),
  });
  expect(config).toBeUndefined();
  expect(findings.map(({ code, at, route }) => [code, at?.line, route])).toEqual([
    ['wrong-value', 1, undefined],
    ['duplicate-key', 5, undefined],
    ['unknown-key', 6, 'a'],
    ['file-unreadable', 9, 'b'],
    ['wrong-value', 9, 'b'],
    ['reserved-event', 10, 'c'],
    ['file-unreadable', 10, 'c'],
    ['unsupported-channel', 11, 'd'],
    ['tag-refused', 11, undefined],
    ['schema-keyword', 14, undefined],
  ]);
});

describe('size', () => {
  test('a file of 50 MB is refused unread', () => {
    const root = plant({ ...treeOf({}), 'config/routes.yaml': `${GOOD_ROUTE}${'#'.repeat(50_000_000)}` });
    const { result, milliseconds } = timed(() => loadRoutes(`${root}/config/routes.yaml`));
    expect(result.findings.map(({ code }) => code)).toEqual(['file-too-large']);
    // A tenth of this on an idle machine.
    expect(milliseconds).toBeLessThan(1000);
  });

  test('10,000 routes load', { timeout: 90_000 }, () => {
    const { result, milliseconds } = timed(() => load({ routes: routesOf(10_000, good) }));
    expect(result.findings).toEqual([]);
    expect(result.config?.routes).toHaveLength(10_000);
    expect(milliseconds).toBeLessThan(60_000);
  });

  test(
    '10,000 routes with two mistakes each: the first thousand is told, and how many follow',
    { timeout: 90_000 },
    () => {
      const { result, milliseconds } = timed(() =>
        load({ routes: routesOf(10_000, (index) => good(index).replace('event', 'evnt')) }),
      );
      expect(result.findings).toHaveLength(MOST_FINDINGS + 1);
      expect(result.findings.at(-1)).toMatchObject({
        code: 'more-findings',
        severity: 'error',
        message: expect.stringContaining('19000 more findings'),
      });
      expect(milliseconds).toBeLessThan(60_000);
    },
  );

  test('only warnings beyond the first thousand do not refuse a file', () => {
    const { config, findings } = load({
      routes: routesOf(MOST_FINDINGS + 5, (index) => good(index).replace('}', '}, audience: anyone')),
    });
    expect(findings.at(-1)).toMatchObject({ code: 'more-findings', severity: 'warning' });
    expect(config).toBeDefined();
  });

  test('the limit of routes is the one that editors know', () => {
    const schema: unknown = JSON.parse(readFileSync('schemas/routes.schema.json', 'utf8'));
    expect(schema).toMatchObject({ properties: { routes: { maxProperties: MAX_ROUTES } } });
  });

  test('routes beyond the limit are refused, and only that is reported', () => {
    const { findings } = load({ routes: routesOf(MAX_ROUTES + 1, () => '1') });
    expect(findings).toEqual([expect.objectContaining({ code: 'too-many-routes', at: { line: 2, column: 1 } })]);
    expect(findings[0]?.message).toContain(`found ${MAX_ROUTES + 1} routes, at most ${MAX_ROUTES}`);
  });

  test('40,000 keys are compared in no more than linear time', { timeout: 90_000 }, () => {
    const keys = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1\n`).join('');
    expect(timed(() => readYaml('x', keys)).milliseconds).toBeLessThan(60_000);
  });

  test.each([
    ['an alias bomb', ROUTES_ROWS.find(([name]) => name === 'B6 alias bomb')?.[1].routes],
    ['an alias in itself', 'a: &a [*a]'],
    ['20,000 brackets', '['.repeat(20_000)],
    ['20,000 dashes', '- '.repeat(20_000)],
    ['2,000 aliases', `a: &a x\nb: [${'*a, '.repeat(2000)}]`],
  ])('%s is refused fast', (_, text) => {
    readYaml('warm-up', GOOD_ROUTE);
    const { result, milliseconds } = timed(() => readYaml('x', String(text)));
    expect(result.document).toBeUndefined();
    // A tenth of this on an idle machine.
    expect(milliseconds).toBeLessThan(1000);
  });
});

test('a remote schema is asked for nowhere', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    response.end('{}');
  }).listen(0, '127.0.0.1');
  server.on('connection', () => asked.push('connection'));
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const remote = [
    { properties: { user_id: true, x: { $ref: `${origin}/ref.json` } } },
    { $schema: `${origin}/dialect.json` },
    { $id: `${origin}/id.json`, properties: { user_id: true, x: { $ref: 'neighbour.json' } } },
    { properties: { user_id: true, x: { $dynamicRef: `${origin}/dynamic.json` } } },
    { $vocabulary: { [`${origin}/vocabulary`]: true } },
  ];
  for (const schema of remote) expect(load({ schema: { type: 'object', ...schema } }).config).toBeUndefined();
  // A request to this machine would have arrived.
  await setTimeout(50);
  server.close();
  expect(asked).toEqual([]);
});

test('a recursive schema takes a deep value without harm', () => {
  const { config, findings } = load({ schema: withProperties({ next: { $ref: '#' } }) });
  expect(findings).toEqual([]);
  const check = config?.routes[0]?.check;
  const chain = (length: number): unknown => {
    let value: unknown = { user_id: 1 };
    for (let depth = 0; depth < length; depth += 1) value = { user_id: 1, next: value };
    return value;
  };
  expect(check?.(chain(50))).toBeUndefined();
  expect(check?.(chain(200_000))).toBe('is nested too deep to be checked');
  expect(check?.({ user_id: 1, next: { user_id: true } })).toContain('must be integer,string');
});

test('a target that may be absent and is not declared is only warned of', () => {
  const { config, findings } = load({ routes: GOOD_ROUTE.replace('user_id }', '"owner?" }') });
  expect(findings).toMatchObject([{ code: 'target-undeclared', severity: 'warning' }]);
  expect(config?.routes).toHaveLength(1);
});

test('data that looks like a reference stays data', () => {
  const { config } = load({ schema: withProperties({ x: { const: { $ref: 'b.json' } } }) });
  const check = config?.routes[0]?.check;
  expect(check?.({ user_id: 1, x: { $ref: 'b.json' } })).toBeUndefined();
  expect(check?.({ user_id: 1, x: {} })).toContain('must be equal to constant');
});

test('mistakes leave no mark on the next load', () => {
  const before = load({ schema: withProperties({ x: { type: 'string', format: 'nope' } }) });
  expect(before.config).toBeUndefined();
  expect(load({}).findings).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe('the tables', () => {
  const rows = [
    ...NAME_ROWS,
    ...MESSAGE_ROWS,
    ...ROUTES_ROWS,
    ...SCHEMA_ROWS,
    ...TARGET_ROWS,
    ...TARGET_LIST_ROWS,
    ...STREAM_ROWS,
  ];
  const elsewhere = ['too-many-routes', 'more-findings'];

  test('hold each code of a finding', () => {
    const told = [
      ...rows.flatMap(([, , expected]) => expected.map(([code]) => code)),
      ...ENVIRONMENT_ROWS.flatMap(([, , expected]) => expected.map(([code]) => code)),
    ];
    expect([...new Set([...told, ...elsewhere])].sort()).toEqual([...FINDING_CODES].sort());
  });

  test('have each row of docs/bad-input.md, or the reason why not', () => {
    // The tables of the environment are B20 and B21.
    const titles = [...rows.map(([name]) => name), ...Object.keys(NOT_APPLICABLE), 'B20', 'B21'];
    const known = new Set(titles.map((title) => /^B\d+/.exec(title)?.[0]));
    expect(Array.from({ length: 22 }, (_, index) => `B${index + 1}`).filter((row) => !known.has(row))).toEqual([]);
  });
});

test('of a route with a key of the wrong shape the mistakes of other keys are reported, too', () => {
  const { findings } = load({
    routes: `version: 1
routes:
  a:
    channel: { name: x }
    evnt: news
    event: connect
    schema: ../schemas/a.json
    target: { users: [usr_id] }
    map: { id: nothing }
    omit: 5
`,
    schema: withProperties({ user_id: { type: 'integer' } }),
  });
  expect(findings.map(({ code, at }) => [code, at?.line])).toEqual([
    ['wrong-value', 4],
    ['unknown-key', 5],
    ['reserved-event', 6],
    ['target-undeclared', 8],
    ['field-undeclared', 9],
    ['map-with-omit', 10],
    ['wrong-value', 10],
  ]);
});
