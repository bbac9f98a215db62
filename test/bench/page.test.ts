import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renewed } from '../../bench/page.ts';
import { plotOf } from '../../bench/plot.ts';
import type { Results } from '../../bench/results.ts';

const read = (path: string): string => readFileSync(`docs/${path}`, 'utf8');
const results: Results = JSON.parse(read('benchmarks.json'));

test('docs/benchmarks.md shows what docs/benchmarks.json says', () => {
  expect(renewed(read('benchmarks.md'), results)).toBe(read('benchmarks.md'));
});

test('docs/benchmarks.svg is drawn from docs/benchmarks.json', () => {
  expect(plotOf(results.rows, 'naive')).toBe(read('benchmarks.svg'));
});
