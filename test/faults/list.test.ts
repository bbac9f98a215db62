import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FAULTS, NOT_RUN } from './all.ts';

describe('the list of faults', () => {
  /** `F30–F35` stands for six. */
  const rowsOf = (id: string): string[] => {
    const [first = 0, last = first] = [...id.matchAll(/F(\d+)/g)].map(([, number]) => Number(number));
    return Array.from({ length: last - first + 1 }, (_, index) => `F${first + index}`);
  };

  test('runs each from F1 to F49, or says why not', () => {
    const known = new Set([...FAULTS, ...NOT_RUN].flatMap(({ id }) => rowsOf(id)));
    const rows = Array.from({ length: 49 }, (_, index) => `F${index + 1}`);
    expect(rows.filter((row) => !known.has(row))).toEqual([]);
  });

  test('names tests that are there', () => {
    const files = NOT_RUN.flatMap(({ reason }) => reason.match(/test\/[\w./-]+\w/g) ?? []);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  test('is that of docs/faults.md', () => {
    const page = readFileSync('docs/faults.md', 'utf8').split('## Results')[1] ?? '';
    const rows = [...page.matchAll(/^\| ([TF]\d[^|]*?) +\| ([^|]+?) +\|/gm)].map(([, id, title]) => [id, title]);
    expect(rows).toEqual([...FAULTS, ...NOT_RUN].map(({ id, title }) => [id, title]));
  });

  test('says in docs/faults.md which of them CI runs', () => {
    const inCi = FAULTS.filter(({ ci }) => ci).map(({ id }) => id);
    const told = /CI runs ([^.]+)\./.exec(readFileSync('docs/faults.md', 'utf8'))?.[1] ?? '';
    expect(told.split(/, | and /)).toEqual(inCi);
  });
});
