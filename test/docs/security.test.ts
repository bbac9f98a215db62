import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const PAGE = readFileSync('docs/security.md', 'utf8');
const rows = PAGE.split('\n').filter((line) => /^\| (?!threat|---)/.test(line));

describe('docs/security.md', () => {
  test.each(rows)('names a test that is there: %s', (row) => {
    const files = [...row.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});
