import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Finding, FindingCode } from '../../src/config/text/findings.ts';
import { loadRoutes, type RoutesLoading } from '../../src/config/routes/load-routes.ts';

/** Files by their path from the tree's root. */
export type Tree = Readonly<Record<string, string | Uint8Array>>;

const ROUTES = 'config/routes.yaml';
const SCHEMA = 'schemas/a.json';

/** A folder of its own, gone when the test ends. */
export function plant(tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), 'gateway-config-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** What a case writes where a good file would stand, and beside it. */
export interface Input {
  readonly routes?: string | Uint8Array;
  /** Schema of the route `a`; an object is written as JSON, two spaces deep. */
  readonly schema?: string | Uint8Array | object;
  readonly files?: Tree;
}

export const GOOD_ROUTE = `version: 1
routes:
  a:
    event: changed
    schema: ../schemas/a.json
    target: { user: user_id }
`;

export const GOOD_SCHEMA = {
  type: 'object',
  required: ['user_id'],
  properties: { user_id: { type: ['integer', 'string'] } },
};

export function treeOf({ routes = GOOD_ROUTE, schema = GOOD_SCHEMA, files = {} }: Input): Tree {
  const isText = typeof schema === 'string' || schema instanceof Uint8Array;
  return { [ROUTES]: routes, [SCHEMA]: isText ? schema : JSON.stringify(schema, null, 2), ...files };
}

export function load(input: Input): RoutesLoading {
  return loadRoutes(join(plant(treeOf(input)), ROUTES));
}

/** A payload schema with these properties beside the target's. */
export function withProperties(properties: object, rest: object = {}): object {
  return { ...GOOD_SCHEMA, properties: { ...GOOD_SCHEMA.properties, ...properties }, ...rest };
}

/** A condition; an object with `then` written out is one that `await` takes for a promise. */
export function ifThen(condition: unknown, consequence: unknown): object {
  const parts = [condition, consequence];
  return Object.fromEntries('if then'.split(' ').map((keyword, index) => [keyword, parts[index]]));
}

/**
 * Code, place and a part of the message. The place is `routes`, `schema` or a path; then nothing, `:line:column`, or `@`
 * and the text that stands there first.
 */
export type Expected = readonly [code: FindingCode, place: string, words: string];

/** One row of a table: its name, what is written, what is told, all of it and in this order. */
export type Row = readonly [name: string, input: Input, expected: readonly Expected[]];

/** Findings as the tables write them, with `@` places looked up in the files. */
export function compare(root: string, findings: readonly Finding[], expected: readonly Expected[]) {
  const wanted = expected.map(([code, place, words]) => `${code} ${resolvePlace(root, place)} ${words}`);
  const found = findings.map(({ code, file, at, message }, index) => {
    const words = expected[index]?.[2] ?? '';
    const place = file.replace(`${root}/`, '') + (at ? `:${at.line}:${at.column}` : '');
    return `${code} ${place} ${message.includes(words) ? words : message}`;
  });
  return { found, wanted };
}

function resolvePlace(root: string, place: string): string {
  const [, short = '', rest = ''] = /^([^:@]*)(.*)$/s.exec(place) ?? [];
  const path = short === 'routes' ? ROUTES : short === 'schema' ? SCHEMA : short;
  if (!rest.startsWith('@')) return path + rest;
  const text = readFileSync(join(root, path), 'utf8');
  const offset = text.indexOf(rest.slice(1));
  if (offset < 0) throw new Error(`${path} holds no ${rest.slice(1)}`);
  const before = text.slice(0, offset).split('\n');
  return `${path}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
