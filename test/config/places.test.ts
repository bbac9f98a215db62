import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { GOOD_ROUTE, GOOD_SCHEMA, plant, treeOf, withProperties } from './tree.ts';

const codes = (file: string, root?: string): string[] => loadRoutes(file, root).findings.map(({ code }) => code);

/** As the kubelet mounts a ConfigMap: each file a link through `..data`, which is swapped when it changes. */
function mountConfigMap(folder: string, version: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(`${folder}/${version}`, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(`${folder}/${version}/${name}`, content);
    rmSync(`${folder}/${name}`, { force: true });
    symlinkSync(`..data/${name}`, `${folder}/${name}`);
  }
  symlinkSync(version, `${folder}/..data_tmp`);
  renameSync(`${folder}/..data_tmp`, `${folder}/..data`);
}

describe('the layout of Kubernetes loads', () => {
  const schema = JSON.stringify(withProperties({ x: { $ref: 'common.json' } }));

  test('routes and schemas in two ConfigMaps, also after a change', () => {
    const root = plant({});
    const file = `${root}/config/routes.yaml`;
    mountConfigMap(`${root}/schemas`, '..2026_01_01', { 'a.json': schema, 'common.json': '{ "type": "string" }' });
    mountConfigMap(`${root}/config`, '..2026_01_01', { 'routes.yaml': GOOD_ROUTE });
    expect(codes(file)).toEqual([]);

    mountConfigMap(`${root}/schemas`, '..2026_02_02', { 'a.json': schema, 'common.json': '{ "type": "integer" }' });
    const check = loadRoutes(file).config?.routes[0]?.check;
    expect(check?.({ user_id: 1, x: 1 })).toBeUndefined();
    expect(check?.({ user_id: 1, x: 'x' })).toContain('must be integer');
  });

  test('all in one ConfigMap', () => {
    const root = plant({});
    const routes = GOOD_ROUTE.replace('../schemas/a.json', 'a.json');
    mountConfigMap(`${root}/config`, '..2026_01_01', { 'routes.yaml': routes, 'a.json': schema, 'common.json': '{}' });
    expect(codes(`${root}/config/routes.yaml`)).toEqual([]);
  });
});

describe('files lie under the root, links followed', () => {
  test('a link out of it is refused, whatever it leads through', () => {
    const outside = plant({ 'secret.json': JSON.stringify(GOOD_SCHEMA) });
    const root = plant(treeOf({}));
    rmSync(`${root}/schemas/a.json`);
    symlinkSync(`${outside}/secret.json`, `${root}/schemas/a.json`);
    const [finding] = loadRoutes(`${root}/config/routes.yaml`).findings;
    expect(finding).toMatchObject({ code: 'file-outside-root', at: { line: 5, column: 13 }, route: 'a' });

    rmSync(`${root}/schemas`, { recursive: true });
    symlinkSync(outside, `${root}/schemas`);
    const renamed = GOOD_ROUTE.replace('a.json', 'secret.json');
    writeFileSync(`${root}/config/routes.yaml`, renamed);
    expect(codes(`${root}/config/routes.yaml`)).toEqual(['file-outside-root']);
  });

  test('a $ref through a link out of it is refused', () => {
    const outside = plant({ 'secret.json': '{ "type": "string" }' });
    const root = plant(treeOf({ schema: withProperties({ x: { $ref: 'b.json' } }) }));
    symlinkSync(`${outside}/secret.json`, `${root}/schemas/b.json`);
    expect(codes(`${root}/config/routes.yaml`)).toEqual(['schema-ref']);
  });

  test('a folder whose name only begins like the root lies outside', () => {
    const parent = plant({ 'a-more/a.json': JSON.stringify(GOOD_SCHEMA) });
    for (const [path, content] of Object.entries(
      treeOf({ routes: GOOD_ROUTE.replace('../schemas', '../../a-more') }),
    )) {
      mkdirSync(`${parent}/a/${path.split('/')[0] ?? ''}`, { recursive: true });
      writeFileSync(`${parent}/a/${path}`, content);
    }
    expect(codes(`${parent}/a/config/routes.yaml`)).toEqual(['file-outside-root']);
    expect(codes(`${parent}/a/config/routes.yaml`, parent)).toEqual([]);
  });

  test('the root itself may be reached through a link', () => {
    const root = plant(treeOf({}));
    const link = `${plant({})}/link`;
    symlinkSync(root, link);
    expect(codes(`${link}/config/routes.yaml`)).toEqual([]);
    expect(codes(`${root}/config/routes.yaml`, link)).toEqual([]);
  });

  test('CONFIG_ROOT may be narrower, and holds for the routes file too', () => {
    const root = plant(treeOf({}));
    expect(codes(`${root}/config/routes.yaml`, `${root}/config`)).toEqual(['file-outside-root']);
    expect(codes(`${root}/config/routes.yaml`, `${root}/schemas`)).toEqual(['file-outside-root']);
    expect(codes(`${root}/config/routes.yaml`, `${root}/nowhere`)).toEqual(['file-outside-root']);
  });
});

describe('a routes file', () => {
  test.each([
    ['missing', 'config/none.yaml', 'does not exist'],
    ['a folder', 'config', 'is not a file'],
    ['below a file', 'config/routes.yaml/x', 'a part of its path is a file'],
    ['a link to itself', 'loop.yaml', 'is a link that leads back to itself'],
  ])('%s is reported with its path as written', (_, path, words) => {
    const root = plant(treeOf({}));
    symlinkSync('loop.yaml', `${root}/loop.yaml`);
    const file = `${root}/${path}`;
    const told = { code: 'file-unreadable', file, message: expect.stringContaining(words) };
    expect(loadRoutes(file, root).findings).toEqual([expect.objectContaining(told)]);
  });

  test('that may not be read is reported as such', () => {
    const root = plant(treeOf({}));
    chmodSync(`${root}/config/routes.yaml`, 0o000);
    const { findings } = asNobody(() => loadRoutes(`${root}/config/routes.yaml`));
    expect(findings[0]?.message).toContain('change its permissions');
  });

  test('named from the current folder names its schemas so too', () => {
    const root = plant(treeOf({ routes: GOOD_ROUTE.replace('event', 'evnt'), schema: '{' }));
    const file = relative('.', `${root}/config/routes.yaml`);
    writeFileSync(
      `${root}/config/routes.yaml`,
      `${GOOD_ROUTE}    evnt: x\n  b: { event: e, schema: ../schemas/a.json, target: broadcast }\n`,
    );
    const files = loadRoutes(file).findings.map((finding) => finding.file);
    expect(files).toEqual([file, file.replace('config/routes.yaml', 'schemas/a.json')]);
  });
});

/** Root may read everything, so it plays somebody else meanwhile. */
function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
