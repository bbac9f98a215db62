import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REJECTIONS } from '../../src/auth/rejection.ts';
import { VARIABLES } from '../../src/config/environment/variables.ts';
import { DROP_REASONS, INVALID_REASONS } from '../../src/dispatch/drop-reasons.ts';
import { RESET_REASONS } from '../../src/durable/reset-reasons.ts';
import { CLOSINGS } from '../../src/sockets/lifecycle/close-codes.ts';
import { GAP_REASONS } from '../../src/subscription/gap.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { quietReadings } from '../telemetry/readings.ts';

/** Rows of the first table after this heading of a page in docs/, as lists of cells. */
function table(page: string, heading: string): string[][] {
  const section = readFileSync(`docs/${page}`, 'utf8').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').replaceAll('`', '')));
}

/** The labels of a metric, in the order of their declaration. */
function labelsOf({ registry }: Metrics, name: string): string {
  const labels: unknown = Reflect.get(Object(registry.getSingleMetric(name)), 'labelNames');
  if (!Array.isArray(labels)) throw new Error(`${name} has no list of labels`);
  return labels.join(', ');
}

describe('docs/ lists', () => {
  test('every reason for a gap', () => {
    expect(table('redis.md', 'How a fault is noticed').map(([reason]) => reason)).toEqual([...GAP_REASONS]);
  });

  test('every variable with its default and description', () => {
    const rows = Object.values(VARIABLES).map(({ name, fallback, description }) => [name, fallback, description]);
    expect(table('configuration.md', 'Variables')).toEqual(rows);
  });

  test('every metric with its type, labels and help', async () => {
    const metrics = createMetrics();
    metrics.read(quietReadings());
    const known = await metrics.registry.getMetricsAsJSON();
    const ours = known
      .filter(({ name }) => !/^(process|nodejs)_/.test(name))
      .map(({ name, type, help }) => [name, String(type), labelsOf(metrics, name), help]);
    const listed = table('endpoints-and-metrics.md', 'Metrics').map(
      ([name = '', type = '', labels = '', help = '']) => [name, type, labels.trim(), help],
    );
    expect(new Set(listed.map(String))).toEqual(new Set(ours.map(String)));
  });

  test('every rejection, and whether the client may retry', () => {
    const listed = table('errors.md', 'Rejections').map(([code, retry]) => [code, retry === 'yes']);
    expect(listed).toEqual(Object.entries(REJECTIONS).map(([code, { retry }]) => [code, retry]));
  });

  test('every reason for a reset', () => {
    const page = readFileSync('docs/durable-routes.md', 'utf8');
    const section = page.split('src/durable/reset-reasons.ts. -->')[1]?.split('\n## ')[0] ?? '';
    const reasons = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, reason]) => reason);
    expect(reasons).toEqual([...RESET_REASONS]);
  });

  test('every reason for closing a connection, and whether the client may reconnect', () => {
    const listed = table('errors.md', 'Closings').map(([code, retry]) => [code, retry === 'yes']);
    expect(listed).toEqual(Object.entries(CLOSINGS).map(([code, { retry }]) => [code, retry]));
  });

  test('every reason for a drop', () => {
    expect(table('errors.md', 'Drops').map(([reason]) => reason)).toEqual([...DROP_REASONS]);
    const kept = table('errors.md', 'Drops').filter(([, , isKept]) => isKept === 'yes');
    expect(kept.map(([reason]) => reason)).toEqual([...INVALID_REASONS]);
  });
});
