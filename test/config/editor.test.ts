import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { startEditor, type Editor } from './editor.ts';
import { plant } from './tree.ts';

// What an author sees while typing, by the modeline at the top of the file.

const ROUTES = readFileSync('config/routes.yaml', 'utf8');
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

let editor: Editor;
let copies = 0;
/** Beside the real one, so that the modeline leads to the schema; never written. */
const elsewhere = (): string => `config/copy-${(copies += 1)}.yaml`;

beforeAll(async () => {
  editor = await startEditor();
});
afterAll(() => editor.close());

describe('an editor', () => {
  test.each(['config/routes.yaml', 'config/routes.metargb.yaml'].filter((file) => existsSync(file)))(
    'underlines nothing in %s',
    async (file) => {
      expect(await editor.open(file, readFileSync(file, 'utf8'))).toEqual([]);
    },
  );

  test.each([
    ['an unknown key', 'description: A user', 'descripton: A user', 'Property descripton is not allowed.'],
    ['an unknown key at the top', 'version: 1', 'version: 1\nroute: {}', 'Property route is not allowed.'],
    ['a number where text is due', 'event: user-status-changed', 'event: 12', 'Incorrect type. Expected "string".'],
    ['a wrong version', 'version: 1', 'version: 2', 'Value must be 1.'],
    ['an unknown target', 'target: broadcast', 'target: everyone', 'Value must be "broadcast".'],
    ['an unknown key in a target', '{ user: user_id }', '{ usr: user_id }', 'Property usr is not allowed.'],
    [
      'an unknown audience',
      'target: broadcast',
      'target: broadcast\n    audience: all',
      'Value is not accepted. Valid values: "authenticated", "anyone".',
    ],
    ['no fields', '[old_owner_id?, new_owner_id]', '[]', 'Array has too few items. Expected 1 or more.'],
  ])('underlines %s, in the line that the gateway names', async (_, good, bad, message) => {
    const text = ROUTES.replace(good, bad);
    const line = lineOf(text, bad) + bad.split('\n').length - 1;

    expect(await editor.open(elsewhere(), text)).toContainEqual({ line, message });

    const root = plant({ 'config/routes.yaml': '' });
    writeFileSync(`${root}/config/routes.yaml`, text);
    expect(loadRoutes(`${root}/config/routes.yaml`).findings.map(({ at }) => at?.line)).toContain(line);
  });

  test('offers the keys of a route and the words of a value', async () => {
    const offered = await editor.complete(elsewhere(), ROUTES.replace('    target: broadcast', '    |'));
    expect(offered).toEqual(expect.arrayContaining(['channel', 'target', 'audience', 'map', 'omit']));

    const words = await editor.complete(elsewhere(), ROUTES.replace('broadcast\n', 'broadcast\n    audience: |\n'));
    expect(words).toEqual(['authenticated', 'anyone']);
  });

  test('explains a key', async () => {
    const shown = await editor.hover(elsewhere(), ROUTES.replace('event:', 'ev|ent:'));
    expect(shown).toContain('Socket.IO event that clients receive');
  });
});
