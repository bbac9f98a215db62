import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const groups = readFileSync('docs/decisions.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((group): [string, string[]] => [
    group.slice(0, group.indexOf('\n')),
    [...group.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading),
  ])
  .filter(([name]) => name !== 'Libraries');

describe('docs/decisions.md', () => {
  test.each(groups)('%s: each decision has its day', (_, headings) => {
    expect(headings.length).toBeGreaterThan(0);
    expect(headings.filter((heading) => !/ \(\d{4}-\d{2}-\d{2}\)$/.test(heading))).toEqual([]);
  });
});
