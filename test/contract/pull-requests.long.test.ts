import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { newFolder } from './contract-tree.ts';
import { runCommand } from './run-command.ts';

// A reviewer's day: the shipped routes with a change each, through the commands that a pull request goes through.

const SHIPPED = newFolder();
beforeAll(() => {
  for (const folder of ['config', 'schemas']) cpSync(folder, join(SHIPPED, folder), { recursive: true });
});

/** In a file, one text in place of another. */
type Edit = readonly [file: string, old: string, text: string];

const ROUTES = 'config/routes.yaml';
const FEATURE = 'schemas/feature-status.schema.json';
const NOTIFICATION = 'schemas/notification.schema.json';

function changed(edits: readonly Edit[]): string {
  const root = newFolder();
  for (const folder of ['config', 'schemas']) cpSync(folder, join(root, folder), { recursive: true });
  for (const [file, old, text] of edits) {
    const path = join(root, file);
    const before = readFileSync(path, 'utf8');
    if (!before.includes(old)) throw new Error(`${file} holds no ${old}`);
    writeFileSync(path, before.replace(old, text));
  }
  return root;
}

const COMMANDS = {
  check: (root: string) => runCommand(['check', join(root, ROUTES)]),
  test: (root: string) => runCommand(['test', join(root, 'config/routes.test.yaml'), '--require-coverage']),
  diff: (root: string) => runCommand(['diff', join(SHIPPED, ROUTES), join(root, ROUTES)]),
};
type Command = keyof typeof COMMANDS;

const BAD: [what: string, caughtBy: Command, words: string, ...edits: Edit[]][] = [
  [
    'a target field with a letter missing',
    'check',
    'did you mean "user_id"?',
    [ROUTES, '{ user: user_id }', '{ user: usr_id }'],
  ],
  ['a key with a letter missing', 'check', 'Did you mean "event"?', [ROUTES, 'event: notif', 'evnt: notif']],
  [
    'a schema file that is not there',
    'check',
    'does not exist',
    [ROUTES, 'notification.schema', 'notifications.schema'],
  ],
  [
    'an id that need not be there, and is taken for granted',
    'check',
    'require it and the objects that hold it, or write "old_owner_id?"',
    [ROUTES, 'old_owner_id?', 'old_owner_id'],
  ],
  [
    'an example that its schema refuses',
    'check',
    'feature-status.schema.json',
    [FEATURE, '"feature_id": 1001, "old_owner_id": 7', '"feature_id": 1001, "old_owner_id": -7'],
  ],
  [
    'a pattern that takes for ever',
    'check',
    'schema-pattern',
    [NOTIFICATION, '"title": {', '"nick": { "type": "string", "pattern": "^(a+)+$" },\n    "title": {'],
  ],
  [
    'a second route that tells clients twice',
    'check',
    'clients would receive it twice',
    [
      ROUTES,
      '  notifications:\n',
      '  again:\n    channel: notifications\n    event: notification-received\n    schema: ../schemas/notification.schema.json\n    target: { user: user_id }\n\n  notifications:\n',
    ],
  ],
  [
    'a private notification broadcast to all',
    'diff',
    'now reach every authenticated client',
    [ROUTES, 'target: { user: user_id }', 'target: broadcast'],
  ],
  [
    'a renamed event',
    'diff',
    'listeners of notification-received receive nothing any more',
    [ROUTES, 'event: notification-received', 'event: notified'],
  ],
  [
    'a new required field, which publishers do not send yet',
    'diff',
    'messages without it are invalid, and dropped',
    [FEATURE, '"required": ["feature_id", "new_owner_id"]', '"required": ["feature_id", "new_owner_id", "timestamp"]'],
  ],
  [
    'an old owner who is not told any more',
    'test',
    '- expected  route feature-owners: feature-status-changed to users 7, 8',
    [ROUTES, '{ users: [old_owner_id?, new_owner_id] }', '{ user: new_owner_id }'],
  ],
  [
    'a route without a test',
    'test',
    'trades',
    [
      ROUTES,
      '  notifications:\n',
      '  trades:\n    event: traded\n    schema: ../schemas/feature-status.schema.json\n    target: { user: new_owner_id }\n\n  notifications:\n',
    ],
  ],
];

describe('a bad pull request is caught:', () => {
  test.each(BAD)('%s, by gateway %s', (_, command, words, ...edits) => {
    const { code, out, err } = COMMANDS[command](changed(edits));
    expect(code).not.toBe(0);
    expect(out + err).toContain(words);
  });
});

const FINE: [what: string, ...edits: Edit[]][] = [
  ['a better description', [ROUTES, 'Something a user should see now.', 'Something that a user should see at once.']],
  [
    'an optional field more',
    [NOTIFICATION, '"title": {', '"icon": { "description": "To show beside it.", "type": "string" },\n    "title": {'],
  ],
  [
    'a new route with its test',
    [
      ROUTES,
      '  notifications:\n',
      '  sales:\n    channel: feature-status\n    event: feature-sold\n    schema: ../schemas/feature-status.schema.json\n    target: broadcast\n    map: { id: feature_id }\n    shadow: true\n\n  notifications:\n',
    ],
    [
      'config/routes.test.yaml',
      'tests:\n',
      'tests:\n  - name: a sale would be told to all\n    publish: { channel: feature-status, message: { feature_id: 1, new_owner_id: 7 } }\n    expect:\n      - { event: feature-status-changed, to: [7] }\n      - { route: sales, event: feature-sold, to: authenticated, payload: { id: 1 } }\n\n',
    ],
  ],
];

describe('a fine pull request passes:', () => {
  test.each(FINE)('%s', (_, ...edits) => {
    const root = changed(edits);
    for (const command of Object.values(COMMANDS)) expect(command(root)).toMatchObject({ code: 0, err: '' });
  });
});
