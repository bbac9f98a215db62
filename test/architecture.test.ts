import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

// The map of design.md: what each module may import of ours, and the libraries that are its own.
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
      'reload.ts',
      'routes',
      'sockets',
      'source',
      'telemetry',
    ],
    owns: [],
  },
  'reload.ts': { may: ['config', 'routes'], owns: [] },
  commands: {
    may: ['admin', 'app', 'config', 'contract', 'redis', 'schema'],
    owns: ['commander', 'socket.io-client'],
  },
  config: { may: ['schema'], owns: ['yaml'] },
  schema: { may: [], owns: ['ajv', 'ajv-formats', 're2js', 'scslre', 'fastest-levenshtein'] },
  routes: { may: ['config', 'schema'], owns: [] },
  dispatch: { may: ['routes', 'schema'], owns: [] },
  contract: {
    may: ['config', 'routes', 'schema', 'dispatch', 'durable', 'source'],
    owns: ['json-schema-to-typescript'],
  },
  durable: { may: ['dispatch', 'routes'], owns: [] },
  redis: { may: ['source', 'config', 'durable'], owns: ['ioredis'] },
  source: { may: [], owns: [] },
  sockets: {
    // config: the spelling in which origins are compared, of CORS_ORIGIN's entries and of requests.
    may: ['auth', 'config', 'dispatch', 'routes', 'schema'],
    owns: ['socket.io', 'socket.io-parser', 'proxy-addr', 'ws'],
  },
  auth: { may: ['routes'], owns: ['@grpc/grpc-js', '@grpc/proto-loader'] },
  telemetry: {
    may: ['admin', 'auth', 'config', 'dispatch', 'durable', 'redis', 'reload.ts', 'routes', 'sockets', 'source'],
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
  admin: { may: ['config', 'contract', 'dispatch', 'reload.ts', 'routes', 'schema'], owns: [] },
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

describe('the house', () => {
  test('has the rooms of the map and no others', () => {
    expect([...new Set(files.map(moduleOf))].sort()).toEqual(Object.keys(MODULES).sort());
  });

  test('lets each room see only those the map allows', () => {
    const strays = ours.filter(
      ({ from, to }) => moduleOf(from) !== moduleOf(to) && !MODULES[moduleOf(from)]?.may.includes(moduleOf(to)),
    );
    expect(strays).toEqual([]);
  });

  test('keeps each library in one room', () => {
    const strays = imports.filter(({ from, to }) => {
      if (to.startsWith('.') || to.startsWith('node:')) return false;
      return !MODULES[moduleOf(from)]?.owns.some((library) => to === library || to.startsWith(`${library}/`));
    });
    expect(strays).toEqual([]);
  });

  test('has a map without circles', () => {
    const visit = (room: string, path: string[]): string[] => {
      if (path.includes(room)) return [[...path, room].join(' → ')];
      return (MODULES[room]?.may ?? []).flatMap((next) => visit(next, [...path, room]));
    };
    expect(Object.keys(MODULES).flatMap((room) => visit(room, []))).toEqual([]);
  });

  test('has no drawer for odds and ends', () => {
    expect(
      files.filter((file) =>
        /\b(utils?|common|helpers?|misc|types)\b/.test(file.replace(/variable-types|commands\/types/, '')),
      ),
    ).toEqual([]);
  });
});

test('the pages take the types of the admin API and nothing else from the house', () => {
  const fromTheHouse = globSync('console/src/**/*.{ts,tsx}')
    .flatMap(importsIn)
    .filter(({ from, to }) => to.startsWith('.') && !resolve(dirname(from), to).startsWith(resolve('console')));
  expect(fromTheHouse.length).toBeGreaterThan(0);
  expect(
    fromTheHouse.filter(({ to, text }) => !to.endsWith('src/admin/api.ts') || !text.startsWith('import type ')),
  ).toEqual([]);
});
