import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REJECTIONS } from '../../src/auth/rejection.ts';
import { VARIABLES } from '../../src/config/environment/variables.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { DROP_REASONS, INVALID_REASONS } from '../../src/dispatch/drop-reasons.ts';
import { RESET_REASONS } from '../../src/durable/reset-reasons.ts';
import { CLOSINGS } from '../../src/sockets/lifecycle/close-codes.ts';
import { GAP_REASONS } from '../../src/subscription/gap.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { quietReadings } from '../telemetry/readings.ts';

const README = await readFile('README.md', 'utf8');
const REDIS_PAGE = await readFile('docs/redis.md', 'utf8');

/** Rows of the first table after this heading, as lists of cells. */
function table(heading: string, page = README): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').replaceAll('`', '')));
}

/** In the order in which they are declared. */
function labelsOf({ registry }: Metrics, name: string): string {
  const labels: unknown = Reflect.get(Object(registry.getSingleMetric(name)), 'labelNames');
  if (!Array.isArray(labels)) throw new Error(`${name} does not tell its labels`);
  return labels.join(', ');
}

test('docs/redis.md lists every reason for a gap', () => {
  expect(table('How a fault is noticed', REDIS_PAGE).map(([reason]) => reason)).toEqual([...GAP_REASONS]);
});

describe('the README lists', () => {
  test('every variable with its default and description', () => {
    const rows = Object.values(VARIABLES).map(({ name, fallback, description }) => [name, fallback, description]);
    expect(table('Variables')).toEqual(rows);
  });

  test('every metric with its type, labels and help', async () => {
    const metrics = createMetrics();
    metrics.read(quietReadings());
    const known = await metrics.registry.getMetricsAsJSON();
    const ours = known
      .filter(({ name }) => !/^(process|nodejs)_/.test(name))
      .map(({ name, type, help }) => [name, String(type), labelsOf(metrics, name), help]);
    const listed = table('Metrics').map(([name = '', type = '', labels = '', help = '']) => [
      name,
      type,
      labels.trim(),
      help,
    ]);
    expect(new Set(listed.map(String))).toEqual(new Set(ours.map(String)));
  });

  test('every rejection, and whether the client may come again', () => {
    const listed = table('Rejections').map(([code, again]) => [code, again === 'yes']);
    expect(listed).toEqual(Object.entries(REJECTIONS).map(([code, { retry }]) => [code, retry]));
  });

  test('every reason for a reset', () => {
    const section = README.split('src/durable/reset-reasons.ts. -->')[1]?.split('\n### ')[0] ?? '';
    const reasons = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, reason]) => reason);
    expect(reasons).toEqual([...RESET_REASONS]);
  });

  test('every reason for closing a connection, and whether the client may come back', () => {
    const listed = table('Closings').map(([code, again]) => [code, again === 'yes']);
    expect(listed).toEqual(Object.entries(CLOSINGS).map(([code, { retry }]) => [code, retry]));
  });

  test('every reason for a drop', () => {
    expect(table('Drops').map(([reason]) => reason)).toEqual([...DROP_REASONS]);
    const kept = table('Drops').filter(([, , isKept]) => isKept === 'yes');
    expect(kept.map(([reason]) => reason)).toEqual([...INVALID_REASONS]);
  });

  test('files and folders that are there', () => {
    const links = [...README.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)|(?:src|srcset)="([^"]+)"/g)]
      .map(([, path, picture]) => path ?? picture ?? '')
      .filter((path) => !path.startsWith('http'));
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('the README’s examples', () => {
  const yamlBlocks = [...README.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    unindented(block, indent),
  );
  const namedJson = [...README.matchAll(/`([\w./-]+\.json)`:\n\n( *)```json\n([\s\S]*?)^ *```$/gm)];

  test('are there', () => {
    expect(yamlBlocks.length).toBeGreaterThanOrEqual(2);
    expect(namedJson).toHaveLength(2);
  });

  test.each(yamlBlocks)('load without a finding: example %#', async (block) => {
    const root = await mkdtemp(join(tmpdir(), 'readme-'));
    await cp('schemas', join(root, 'schemas'), { recursive: true });
    for (const [, path = '', indent = '', json = ''] of namedJson) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), unindented(json, indent));
    }
    // The next version of a schema is for the reader to write: here a copy stands for it.
    for (const [, name = ''] of block.matchAll(/schemas\/([\w-]+)\.v2\.schema\.json/g))
      await cp(`schemas/${name}.schema.json`, join(root, 'schemas', `${name}.v2.schema.json`));
    await mkdir(join(root, 'config'));
    await writeFile(join(root, 'config', 'routes.yaml'), block);
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

function unindented(block: string, indent: string): string {
  return block.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}
