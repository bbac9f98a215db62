import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseEnvironmentFile } from '../../src/config/environment/environment-file.ts';
import { plant, treeOf } from './tree.ts';

const TEXT = 'REDIS_URL=redis://127.0.0.1:21379\nPORT=21461\n';
const VARIABLES = { REDIS_URL: 'redis://127.0.0.1:21379', PORT: '21461' };
const BOM = '\uFEFF';

test.each([
  ['plain', TEXT],
  ['with a byte order mark', BOM + TEXT],
  ['with Windows line ends', BOM + TEXT.replaceAll('\n', '\r\n')],
  ['made of two files with byte order marks', BOM + TEXT.replace('\n', `\n${BOM}`)],
])('.env %s has all its variables', (_, text) => {
  expect(parseEnvironmentFile(Buffer.from(text))).toEqual(VARIABLES);
});

const UTF_16 = Buffer.from(BOM + TEXT, 'utf16le');

test.each([
  ['UTF-16, as PowerShell 5 writes it', UTF_16, 'is UTF-16 text'],
  ['UTF-16, big-endian', Buffer.from(UTF_16).swap16(), 'is UTF-16 text'],
  ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le'), 'is UTF-16 text'],
  ['Latin-1', Buffer.from('NAME=caf\xe9\n', 'latin1'), 'is not UTF-8 text'],
])(
  '.env in %s ends every command with a sentence',
  (_, bytes, words) => {
    expect(() => parseEnvironmentFile(bytes)).toThrow(words);
    const root = plant({ ...treeOf({}), '.env': bytes });
    const { status, stderr } = spawnSync(process.execPath, [resolve('dist/main.js'), 'check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      78,
      expect.stringMatching(new RegExp(`^\\.env  error  ${words}.*; save it as UTF-8\n$`)),
    ]);
  },
  60_000,
);
