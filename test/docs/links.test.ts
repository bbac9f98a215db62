import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const PAGES = globSync('**/*.md', { exclude: ['node_modules', '**/node_modules', 'dist', 'coverage'] });

/** The text without code: blocks and, where asked, spans. */
const withoutBlocks = (text: string): string => text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '');
const withoutCode = (text: string): string => withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = [...withoutBlocks(readFileSync(page, 'utf8')).matchAll(/^#{1,6} (.+)$/gm)];
  const anchors = new Set<string>();
  for (const [, heading = ''] of headings) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text.replaceAll(/[^\p{L}\p{N}\- _]/gu, '').replaceAll(' ', '-');
    const repeated = [...anchors].filter((other) => other === anchor || other.startsWith(`${anchor}-`)).length;
    anchors.add(anchors.has(anchor) ? `${anchor}-${repeated}` : anchor);
  }
  return anchors;
}

/** Relative links and pictures of a page. */
function linksOf(page: string): string[] {
  return [...withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, link, picture]) => link ?? picture ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));
}

function leadsNowhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return true;
  if (anchor === undefined) return false;
  return statSync(file).isDirectory() || (file.endsWith('.md') && !anchorsOf(file).has(anchor));
}

describe('links between pages', () => {
  test('are looked for in the pages of each folder', () => {
    expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'deploy/README.md']));
    expect(linksOf('README.md').length).toBeGreaterThan(20);
  });

  test.each(PAGES)('lead to a file that is there, and to a heading of it: %s', (page) => {
    expect(linksOf(page).filter((link) => leadsNowhere(page, link))).toEqual([]);
  });

  test('reach every page of docs/ from its index', () => {
    const linked = new Set(linksOf('docs/README.md').map((link) => join('docs', link.split('#')[0] ?? '')));
    expect(globSync('docs/*.md').filter((page) => page !== 'docs/README.md' && !linked.has(page))).toEqual([]);
  });
});

test('code and tests name only pages that are there', () => {
  const files = globSync(
    ['src/**/*.ts', 'test/**/*.{ts,md}', 'bench/**/*.ts', 'demo/*.ts', 'console/src/**/*', 'deploy/**/*.{yml,yaml}'],
    {
      exclude: ['**/node_modules'],
    },
  ).filter((file) => statSync(file).isFile());
  const known = new Set(PAGES.flatMap((page) => [page, basename(page)]));
  const strays = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?<![*\w./-])[\w./-]*\w\.md\b/g)]
      .map(([name]) => name.replace(/^(?:\.\.?\/)+/, ''))
      .filter((name) => !known.has(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(strays).toEqual([]);
});
