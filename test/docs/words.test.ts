import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// Words of a private dialect, and the field's words for them: design rules ask for plain technical English.
const REFUSED: Readonly<Record<string, string>> = {
  'hear|hears|heard|hearing|unheard': 'receive, receives, received',
  'tell|tells|told|telling|untold': 'report, say, distinguish; or name what is sent',
  anew: 'again',
  whom: 'name the client, the user or the target',
  'whoever|whence': 'a client that …; from where',
  'mend|mends|mended|mending': 'fix, repair, correct',
  'heir|heirs': 'successor',
  'somebody|nobody|anybody': 'a client, no user, any operator …',
  'as may be|by way of|for good': 'as applies; through; permanently',
  patience: 'timeout',
  'besides?': 'next to, in addition to',
  meanwhile: 'while it …',
  'goes on': 'continues',
  'wish|wishes|wished': 'request, want, option',
};
const WORDS = new RegExp(`\\b(?:${Object.keys(REFUSED).join('|')})\\b`, 'gi');

/** Names of the external contract, which stay: `nobody` is a reason of drops. */
const KEPT: readonly string[] = ['laidOutAnew', "'nobody'", '"nobody"', '`nobody`'];

// What a folder still holds of them. A number here only ever becomes smaller, and a folder without one holds none.
const LEFT: Readonly<Record<string, number>> = {
  'console/src': 5,
  docs: 73,
  'src/contract': 17,
  'test/browser': 1,
  'test/commands': 26,
  'test/config': 1,
  'test/contract': 43,
  'test/deploy': 1,
  'test/fuzz': 3,
  'test/http': 1,
  'test/integration': 1,
  'test/sockets': 18,
  'test/telemetry': 1,
};

const SOURCES = ['src/**/*.ts', 'console/src/**/*.{ts,tsx,html}', '*.md', 'docs/**/*.md', 'test/**/*.test.ts'];
const TITLE = /(?:\b(?:test|describe)(?:\.\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g;

/** Of tests their titles, of everything else the whole text: comments, strings, names. */
function textOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  const read = file.startsWith('test/') ? [...text.matchAll(TITLE)].map(([, , title = '']) => title).join('\n') : text;
  return KEPT.reduce((rest, name) => rest.replaceAll(name, ''), read);
}

/** `src/auth`, `test/redis`, `docs`. */
const folderOf = (file: string): string => file.split('/').slice(0, -1).slice(0, 2).join('/') || '.';

const found = globSync(SOURCES, { exclude: ['CHANGELOG.md'] }).flatMap((file) =>
  [...textOf(file).matchAll(WORDS)].map(([word]) => ({ file, folder: folderOf(file), word: word.toLowerCase() })),
);

test.each([...new Set([...found.map(({ folder }) => folder), ...Object.keys(LEFT)])].toSorted())(
  'the texts of %s are in plain English',
  (folder) => {
    const here = found.filter((one) => one.folder === folder);
    const list = here.map(({ file, word }) => `${file}: ${word}`);
    expect(
      here.length,
      `at most ${LEFT[folder] ?? 0} of the words that this test refuses:\n${list.join('\n')}`,
    ).toBeLessThanOrEqual(LEFT[folder] ?? 0);
  },
);
