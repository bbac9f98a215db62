import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { foreignForm } from '../../src/dispatch/foreign-form.ts';
import { GOOD, NOTICE, ROUTES } from './drop-rows.ts';
import { stageDispatch } from './stage.ts';

const TWICE = 'a JSON text that holds JSON: it is encoded twice';
const FORMS: readonly [what: string, raw: Buffer | string, detail: string][] = [
  ['gzip', gzipSync(GOOD), 'it seems to be compressed with gzip'],
  ['zlib', deflateSync(GOOD), 'it seems to be compressed with zlib'],
  ['zlib at best', deflateSync(GOOD, { level: 9 }), 'it seems to be compressed with zlib'],
  ['zlib without compression', deflateSync(GOOD, { level: 0 }), 'it seems to be compressed with zlib'],
  ['zstd', zstdCompressSync(GOOD), 'it seems to be compressed with zstd'],
  ['MessagePack', Buffer.from('82a2746f9107a474657874a26f6b', 'hex'), 'it seems to be MessagePack'],
  ['MessagePack of ASCII only', Buffer.from('de0001a2746f07', 'hex'), 'it seems to be MessagePack'],
  ['igbinary', Buffer.from('000000021401110275696406', 'hex'), 'it seems to be igbinary'],
  ['PHP serialize', 'a:1:{s:2:"to";i:7;}', "it seems to be written by PHP's serialize"],
  ['PHP serialize of an object', 'O:8:"stdClass":1:{s:2:"to";i:7;}', "it seems to be written by PHP's serialize"],
  ['PHP serialize of JSON', 's:10:"{\\"to\\":[7]}";', "it seems to be written by PHP's serialize"],
  ['a pickle', Buffer.from('80049500', 'hex'), 'it seems to be a Python pickle'],
  ['Java', Buffer.from('aced00057372', 'hex'), 'it seems to be serialized by Java'],
  ['a byte order mark', `\ufeff${GOOD}`, 'it seems to be UTF-8 with a byte order mark'],
  ['UTF-16', Buffer.from(`\ufeff${GOOD}`, 'utf16le'), 'it seems to be UTF-16'],
  ['Base64', Buffer.from(GOOD).toString('base64'), 'it seems to be Base64 of JSON'],
  ['text', 'hello', 'not one JSON value'],
  ['nothing', '', 'not one JSON value'],
  ['JSON twice', JSON.stringify(GOOD), TWICE],
  ['JSON thrice', JSON.stringify(JSON.stringify(GOOD)), TWICE],
  ['JSON twice, with spacing', ` ${JSON.stringify(`\n${GOOD}\n`)}\n`, TWICE],
];

describe('a message in another form', () => {
  test.each(FORMS)('(%s) is dropped and named', (_, raw, detail) => {
    const { receive } = stageDispatch(ROUTES, { notice: NOTICE });
    expect(receive('notices', raw)).toMatchObject([{ kind: 'dropped', detail }]);
  });

  test.each(['"7"', '[]', '7', '"{"'])('is not seen in %s', (raw) => {
    const { receive } = stageDispatch(ROUTES, { notice: NOTICE });
    expect(receive('notices', raw)).toMatchObject([{ detail: expect.not.stringContaining('twice') }]);
  });

  test('is recognized by its beginning, however long it is', () => {
    const long = Buffer.from(`a:1:{${'x'.repeat(1_000_000)}`);
    expect(foreignForm(long)).toBe("written by PHP's serialize");
  });
});
