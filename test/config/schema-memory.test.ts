import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadingRoutes, loadRoutes, type RoutesLoading } from '../../src/config/routes/load-routes.ts';
import { createSchemaMemory, type SchemaMemory } from '../../src/config/routes/schema-memory.ts';
import { createRoutesLoader } from '../../src/config/routes/served-routes.ts';
import { atOnce } from '../../src/config/routes/slices.ts';
import { GOOD_SCHEMA_ROWS, SCHEMA_ROWS } from './schema-rows.ts';
import { GOOD_ROUTE, GOOD_SCHEMA, plant, treeOf, withProperties, type Tree } from './tree.ts';

function replaceTree(root: string, tree: Tree): void {
  for (const folder of ['config', 'schemas']) rmSync(join(root, folder), { recursive: true, force: true });
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

function loadWith(root: string, memory: SchemaMemory): RoutesLoading {
  const file = join(root, 'config/routes.yaml');
  return atOnce(loadingRoutes(file, { root, shown: file, memory }));
}

const MESSAGES = [{}, { user_id: 7 }, { user_id: 7, x: 1 }, { user_id: 7, x: 'text' }, { user_id: '8', x: null }];

test(
  'what is remembered changes no finding and no verdict, whatever the files were before',
  { timeout: 120_000 },
  () => {
    const root = plant(treeOf({}));
    const memory = createSchemaMemory();
    const rows = [...SCHEMA_ROWS, ...GOOD_SCHEMA_ROWS].map(([, input]) => treeOf(input));
    // Each is also loaded a second time, from memory alone.
    for (const tree of rows.flatMap((one) => [one, one])) {
      replaceTree(root, tree);
      const [kept, fresh] = [loadWith(root, memory), loadRoutes(join(root, 'config/routes.yaml'), root)];
      expect(kept.findings).toEqual(fresh.findings);
      const verdicts = ({ config }: RoutesLoading) =>
        config?.routes.map(({ check }) => MESSAGES.map((message) => check(message)));
      expect(verdicts(kept)).toEqual(verdicts(fresh));
    }
  },
);

test('a schema is compiled again when it, or what it refers to, has changed; the others are not', () => {
  const common = (minimum: number): string => JSON.stringify({ $defs: { x: { type: 'number', minimum } } });
  const route = (name: string): string =>
    GOOD_ROUTE.slice(GOOD_ROUTE.indexOf('  a:')).replace('  a:', `  ${name}:`).replace('a.json', `${name}.json`);
  const tree = (minimum: number): Tree => ({
    ...treeOf({ routes: GOOD_ROUTE + route('b') }),
    'schemas/b.json': JSON.stringify(withProperties({ x: { $ref: 'common.json#/$defs/x' } })),
    'schemas/common.json': common(minimum),
  });
  const root = plant(tree(1));
  const memory = createSchemaMemory();
  const checks = () => (loadWith(root, memory).config?.routes ?? []).map(({ check }) => check);
  const [a, b] = checks();
  expect(checks()).toEqual([a, b]);
  replaceTree(root, tree(2));
  const [sameA, newB] = checks();
  expect(sameA).toBe(a);
  expect(newB).not.toBe(b);
  expect([b?.({ user_id: 7, x: 1 }), newB?.({ user_id: 7, x: 1 })]).toEqual([
    undefined,
    expect.stringContaining('must be >= 2'),
  ]);
});

test('a load in slices lets other work through, and ends as one at once does', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `r${index}`);
  const routes = names.map(
    (name) => `  ${name}: { event: ${name}, schema: ../schemas/${name}.json, target: { user: user_id } }`,
  );
  const schemas = names.map(
    (name) => [`schemas/${name}.json`, JSON.stringify({ title: name, ...GOOD_SCHEMA })] as const,
  );
  const root = plant({
    'config/routes.yaml': `version: 1\nroutes:\n${routes.join('\n')}\n`,
    ...Object.fromEntries(schemas),
  });
  const routesFile = join(root, 'config/routes.yaml');
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  const { config, findings } = await createRoutesLoader({ routesFile, configRoot: root }).inSlices();
  clearInterval(counting);
  expect(turns).toBeGreaterThan(1);
  expect([findings, config?.routes.map(({ name }) => name)]).toEqual([[], names]);
});
