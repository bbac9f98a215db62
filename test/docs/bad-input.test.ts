import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const rows = readFileSync('docs/bad-input.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| B\d+ \|/.test(line));

/** The test files that a row names, each with quoted words of it. */
const shownBy = (row: string): [file: string, words: string][] =>
  [...row.matchAll(/`(test\/[\w./-]+)` “([^”]+)”/g)].map(([, file = '', words = '']) => [file, words]);

describe('docs/bad-input.md', () => {
  test('has the rows B1 to B54', () => {
    const known = new Set(rows.map((row) => /^\| (B\d+)/.exec(row)?.[1]));
    expect([...known]).toEqual(Array.from({ length: 54 }, (_, index) => `B${index + 1}`));
  });

  test.each(rows)('names the test of the input, or the reason why there is none: %s', (row) => {
    const found = shownBy(row);
    expect(found.length > 0 || row.includes('| not applicable: ')).toBe(true);
    // The pattern above finds every file.
    expect(found).toHaveLength([...row.matchAll(/`test\//g)].length);
    const strays = found.filter(([file, words]) => !existsSync(file) || !readFileSync(file, 'utf8').includes(words));
    expect(strays).toEqual([]);
  });
});
