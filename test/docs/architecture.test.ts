import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const PAGES = ['README.md', 'AGENTS.md', 'CONTRIBUTING.md', ...globSync('docs/*.md')];
const textOf = (file: string): string => readFileSync(file, 'utf8');

describe('pages that name files', () => {
  test.each(PAGES)('name files and folders that are there: %s', (page) => {
    const text = textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
    const paths = [...text.matchAll(/`((?:src|test|console|demo|bench|tools)\/[\w./-]+)`/g)];
    expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  const page = textOf('docs/architecture.md');

  test('names functions that are in the files before them', () => {
    const named = [...page.matchAll(/`(src\/[\w./-]+\.ts)`\s\(((?:`\w+`(?:, )?)+)\)/g)].flatMap(
      ([, file = '', names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({ file, name })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ file, name }) => !new RegExp(`\\b${name}\\b`).test(textOf(file)))).toEqual([]);
  });

  test.each(['docs/architecture.md', 'AGENTS.md'])('%s has each folder of src in its map', (map) => {
    const folders = globSync('src/*/').map((folder) => folder.replace(/\/?$/, '/'));
    expect(folders.filter((folder) => !textOf(map).includes(`\`${folder}`))).toEqual([]);
  });
});
