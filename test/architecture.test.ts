import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

// What each folder may import of ours, and the libraries that only it may import. docs/architecture.md shows the same map.
const MODULES: Record<string, { may: string[]; owns: string[] }> = {
  'main.ts': { may: ['commands'], owns: ['commander'] },
  app: {
    may: [
      'admin',
      'auth',
      'config',
      'dispatch',
      'durable',
      'http',
      'redis',
      'quarantine',
      'reload',
      'routes',
      'sockets',
      'subscription',
      'telemetry',
    ],
    owns: [],
  },
  reload: { may: ['config', 'flow', 'routes'], owns: [] },
  commands: {
    may: ['admin', 'app', 'auth', 'config', 'contract', 'redis', 'routes', 'schema'],
    owns: ['commander', 'socket.io-client'],
  },
  config: { may: ['schema'], owns: ['yaml'] },
  schema: { may: [], owns: ['ajv', 'ajv-formats', 're2js', 'scslre', 'fastest-levenshtein'] },
  routes: { may: ['config', 'schema'], owns: [] },
  dispatch: { may: ['flow', 'routes', 'schema'], owns: [] },
  contract: {
    may: ['config', 'routes', 'schema', 'dispatch', 'durable', 'subscription'],
    owns: ['json-schema-to-typescript'],
  },
  durable: { may: ['dispatch', 'flow', 'routes'], owns: [] },
  quarantine: { may: ['dispatch', 'durable', 'routes'], owns: [] },
  flow: { may: [], owns: [] },
  redis: { may: ['auth', 'config', 'durable', 'flow', 'quarantine', 'subscription'], owns: ['ioredis'] },
  subscription: { may: ['flow'], owns: [] },
  sockets: {
    // config: the spelling in which origins are compared, those of CORS_ORIGIN and those of requests.
    may: ['auth', 'config', 'dispatch', 'flow', 'routes', 'schema'],
    owns: ['socket.io', 'socket.io-parser', 'proxy-addr', 'ws'],
  },
  auth: { may: ['flow', 'routes', 'schema'], owns: ['@grpc/grpc-js', '@grpc/proto-loader', 'jose'] },
  telemetry: {
    may: [
      'admin',
      'auth',
      'config',
      'dispatch',
      'durable',
      'quarantine',
      'redis',
      'reload',
      'routes',
      'sockets',
      'subscription',
    ],
    owns: [
      '@opentelemetry/api',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-node',
      '@opentelemetry/sdk-trace',
      'pino',
      'pino-pretty',
      'prom-client',
    ],
  },
  admin: { may: ['config', 'contract', 'dispatch', 'reload', 'routes', 'schema'], owns: [] },
  http: { may: ['admin', 'routes'], owns: ['express'] },
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const importsIn = (from: string): Import[] =>
  [...readFileSync(from, 'utf8').matchAll(/^(?:import|export)\b[^'"`;]*?from '([^']+)'|^import '([^']+)'/gm)].map(
    (match) => ({ from, to: match[1] ?? match[2] ?? '', text: match[0] }),
  );
const files = globSync('src/**/*.ts');
const imports: Import[] = files.flatMap(importsIn);
const moduleOf = (file: string): string => relative('src', file).split('/')[0] ?? '';
const ours = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to }) => ({ from, to: relative('.', resolve(dirname(from), to)) }));

/** Sub-folders of a folder, the upper first: a lower one never imports an upper one, nor one beside it. */
const LAYERS: Record<string, readonly (readonly string[])[]> = {
  config: [['routes'], ['environment'], ['text']],
  contract: [['new-route', 'documents', 'diff'], ['route-tests', 'publish'], ['explain'], ['schemas']],
  sockets: [['lifecycle'], ['handshake'], ['servers'], ['fanout']],
  telemetry: [['events'], ['tracing'], ['metrics', 'logging']],
};

/** A sub-folder, or a file at the top of its folder. */
const partOf = (file: string): string => {
  const [, part = '', ...rest] = relative('src', file).split('/');
  return rest.length > 0 || part !== '' ? part : relative('src', file);
};

/** Paths that lead back to where they began. */
function cyclesIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] => {
    if (path.includes(node)) return [[...path.slice(path.indexOf(node)), node].join(' → ')];
    if (done.has(node)) return [];
    const found = [...(graph.get(node) ?? [])].flatMap((next) => visit(next, [...path, node]));
    done.add(node);
    return found;
  };
  return [...graph.keys()].flatMap((node) => visit(node, []));
}

function graphOf(edges: readonly { readonly from: string; readonly to: string }[]): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of edges) if (from !== to) graph.set(from, (graph.get(from) ?? new Set()).add(to));
  return graph;
}

describe('the folders of src', () => {
  test('are those of the map and no others', () => {
    expect([...new Set(files.map(moduleOf))].sort()).toEqual(Object.keys(MODULES).sort());
  });

  test('import only what the map allows', () => {
    const strays = ours.filter(
      ({ from, to }) => moduleOf(from) !== moduleOf(to) && !MODULES[moduleOf(from)]?.may.includes(moduleOf(to)),
    );
    expect(strays).toEqual([]);
  });

  test('keep each library in one folder', () => {
    const strays = imports.filter(({ from, to }) => {
      if (to.startsWith('.') || to.startsWith('node:')) return false;
      return !MODULES[moduleOf(from)]?.owns.some((library) => to === library || to.startsWith(`${library}/`));
    });
    expect(strays).toEqual([]);
  });

  test('have a map without cycles', () => {
    expect(cyclesIn(new Map(Object.entries(MODULES).map(([folder, { may }]) => [folder, new Set(may)])))).toEqual([]);
  });

  test.each(Object.keys(MODULES))('have no cycle between the parts of %s', (folder) => {
    const inside = ours.filter(({ from, to }) => moduleOf(from) === folder && moduleOf(to) === folder);
    const graph = graphOf(inside.map(({ from, to }) => ({ from: partOf(from), to: partOf(to) })));
    expect(cyclesIn(graph).filter((cycle) => cycle.split(' → ').some((part) => !part.endsWith('.ts')))).toEqual([]);
  });

  test.each(Object.entries(LAYERS))('%s: its sub-folders import downwards only', (folder, layers) => {
    const level = (part: string): number => layers.findIndex((parts) => parts.includes(part));
    const parts = new Set(files.filter((file) => moduleOf(file) === folder).map(partOf));
    expect([...parts].filter((part) => !part.endsWith('.ts')).sort()).toEqual(layers.flat().sort());
    const strays = ours.filter(
      ({ from, to }) =>
        moduleOf(from) === folder &&
        moduleOf(to) === folder &&
        partOf(from) !== partOf(to) &&
        !partOf(from).endsWith('.ts') &&
        (level(partOf(to)) === -1 || level(partOf(from)) >= level(partOf(to))),
    );
    expect(strays).toEqual([]);
  });

  test('have no file that imports itself through others, types included', () => {
    expect(cyclesIn(graphOf(ours))).toEqual([]);
  });

  test('have no file or folder for odds and ends', () => {
    expect(
      files.filter((file) =>
        /\b(utils?|common|helpers?|misc|types)\b/.test(file.replace(/variable-types|commands\/types/, '')),
      ),
    ).toEqual([]);
  });
});

test('the pages import the types of the admin API and nothing else from src', () => {
  const fromSrc = globSync('console/src/**/*.{ts,tsx}')
    .flatMap(importsIn)
    .filter(({ from, to }) => to.startsWith('.') && !resolve(dirname(from), to).startsWith(resolve('console')));
  expect(fromSrc.length).toBeGreaterThan(0);
  expect(
    fromSrc.filter(({ to, text }) => !to.endsWith('src/admin/api.ts') || !text.startsWith('import type ')),
  ).toEqual([]);
});
