import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { globSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';

/** docs/findings.md has its own test: each of its examples has a finding. */
const PAGES = ['README.md', ...globSync('docs/*.md')].filter((page) => page !== 'docs/findings.md').toSorted();

interface Example {
  readonly page: string;
  readonly number: number;
  readonly yaml: string;
  /** JSON files that the page shows, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** The routes files that a page shows: YAML blocks that begin with a version, but for a comment above it. */
function examplesOf(page: string): Example[] {
  const text = readFileSync(page, 'utf8');
  const files = new Map(
    [...text.matchAll(/`([\w./-]+\.json)`:\n\n( *)```json\n([\s\S]*?)^ *```$/gm)].map(
      ([, path = '', indent = '', json = '']) => [path, unindented(json, indent)],
    ),
  );
  return [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)]
    .map(([, indent = '', block = '']) => unindented(block, indent))
    .filter((yaml) => /^(#.*\n)*version: 1\n/.test(yaml))
    .map((yaml, index) => ({ page, number: index + 1, yaml, files }));
}

const unindented = (block: string, indent: string): string => block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');

describe('the examples of routes files', () => {
  const examples = PAGES.flatMap(examplesOf);

  test('are on these pages', () => {
    expect([...new Set(examples.map(({ page }) => page))]).toEqual([
      'README.md',
      'docs/durable-routes.md',
      'docs/quarantine-and-shadow.md',
      'docs/revocation.md',
      'docs/routes-file.md',
    ]);
  });

  test.each(examples)('load without a finding: $page, example $number', async ({ yaml, files }) => {
    const root = await mkdtemp(join(tmpdir(), 'docs-'));
    await cp('schemas', join(root, 'schemas'), { recursive: true });
    for (const [path, json] of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), json);
    }
    // The reader writes the next version of a schema. A copy of the current version replaces it.
    for (const [, name = ''] of yaml.matchAll(/schemas\/([\w-]+)\.v2\.schema\.json/g))
      await cp(`schemas/${name}.schema.json`, join(root, 'schemas', `${name}.v2.schema.json`));
    await mkdir(join(root, 'config'));
    await writeFile(join(root, 'config', 'routes.yaml'), yaml);
    expect(loadRoutes(join(root, 'config', 'routes.yaml')).findings).toEqual([]);
  });
});

describe('the shipped routes files', () => {
  test.each(['config/routes.yaml', 'config/routes.metargb.yaml'])('%s has no findings', (file) => {
    const { config, findings } = loadRoutes(file);
    expect(findings).toEqual([]);
    expect(config?.routes.length).toBeGreaterThan(0);
  });
});
