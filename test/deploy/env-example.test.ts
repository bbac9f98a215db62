import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config/environment/environment.ts';
import { VARIABLES } from '../../src/config/environment/variables.ts';

const LINES = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
const KNOWN = Object.values(VARIABLES);

/** What suits development better than the default. */
const FOR_DEVELOPMENT: Record<string, string> = { CORS_ORIGIN: 'http://localhost:3000', NODE_ENV: 'development' };

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly commentedOut: boolean;
  /** The comment lines right above. */
  readonly comments: readonly string[];
}

const ENTRIES = LINES.flatMap((line, at) => readEntry(line, LINES.slice(0, at)) ?? []);

function readEntry(line: string, above: readonly string[]): Entry | undefined {
  const [, hash, name, value] = /^(# )?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const paragraph = above.slice(above.lastIndexOf('') + 1);
  return { name, value, commentedOut: hash !== undefined, comments: paragraph.map((text) => text.replace('# ', '')) };
}

function valuesOf(entries: readonly Entry[]): Record<string, string> {
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

describe('.env.example', () => {
  test('names each variable the code reads, once, in its order, and no other', () => {
    expect(ENTRIES.map(({ name }) => name)).toEqual(KNOWN.map(({ name }) => name));
  });

  test.each(KNOWN)('describes $name in the words of the code', ({ name, description }) => {
    expect(ENTRIES.find((entry) => entry.name === name)?.comments[0]).toBe(description);
  });

  test('sets what has a default to it, but for two that suit development better, and leaves the rest commented out', () => {
    const expected = KNOWN.map(({ name, fallback }) => [name, FOR_DEVELOPMENT[name] ?? fallback] as const);

    expect(valuesOf(ENTRIES.filter(({ commentedOut }) => !commentedOut))).toEqual(
      Object.fromEntries(expected.filter(([, value]) => value !== '')),
    );
  });

  test('is accepted as it is, and with its examples put to use', () => {
    const examples = ENTRIES.filter(({ value }) => value !== '');

    expect(readEnvironment(valuesOf(ENTRIES.filter(({ commentedOut }) => !commentedOut))).findings).toEqual([]);
    expect(readEnvironment(valuesOf(examples)).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ENTRIES.filter(({ value }) => value === '').map(({ name }) => name)).toEqual(['ADMIN_TOKEN']);
  });
});
