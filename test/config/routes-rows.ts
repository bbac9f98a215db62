import { GOOD_ROUTE, GOOD_SCHEMA, withProperties, type Expected, type Row } from './tree.ts';

/** The good route with one line more, or with one text in place of another. */
const plus = (line: string): string => `${GOOD_ROUTE}    ${line}\n`;
const instead = (old: string, text: string): string => GOOD_ROUTE.replace(old, text);
const event = (text: string): string => instead('event: changed', `event: ${text}`);
/** The good route in a file with a claim, with this target. */
const withClaims = (target: string, audience?: string): string =>
  `identity: { claims: [roles] }\n${instead('{ user: user_id }', target)}${audience === undefined ? '' : `    audience: ${audience}\n`}`;
const names = 'abcdefghij'.split('');
const bomb = names
  .slice(1)
  .reduce(
    (text, name, index) => `${text}${name}: &${name} [${`*${names[index] ?? ''},`.repeat(9)}]\n`,
    'a: &a [lol, lol]\n',
  );

const PLACEHOLDERS = [
  '${EVENT_NAME:-trade}',
  'a.${X}',
  '{{ .Values.event }}',
  '{{ item }}-x',
  '{{.Values.event}}',
  '%(channel)s',
  '#{channel}',
  '<%= channel %>',
  '$(CHANNEL)',
  '{% raw %}',
  '[[ .Env ]]',
];
const SUSPECTS = ['$CHANNEL_PREFIX.trades', '<channel>', '%CHANNEL%', '@CHANNEL@', '__CHANNEL__'];
/** Names, and what is said of a character in them. */
const ODD: readonly (readonly [string, string])[] = [
  ['trade ', 'white space'],
  [' trade', 'white space'],
  ['trade\u00a0', 'U+00A0, which is invisible'],
  ['\u00a0trade', 'U+00A0'],
  ['tra\u200bde', 'U+200B'],
  ['trade\u200c', 'U+200C'],
  ['\ufefftrade', 'U+FEFF'],
  ['tra\u00adde', 'U+00AD'],
  ['\u202etrade', 'U+202E'],
  ['trade\u3000', 'U+3000'],
  ['\u201ctrade\u201d', 'U+201C (\u201c), a typographic quote'],
  ['\u00abtrade\u00bb', 'U+00AB'],
  ['tr\u0430de', 'U+0430 (\u0430) among Latin letters'],
  ['cafe\u0301', 'NFC'],
];
/** As it stands in other scripts. */
const ORDINARY = [
  'order changed',
  'a$b',
  'خانه\u200cها',
  '\u0441\u0434\u0435\u043b\u043a\u0430',
  '👩\u200d🚀',
  '50%',
  'a<b',
  'caf\u00e9',
  '__x__',
];
const quoted = (text: string): string => JSON.stringify(text);
const channel = (text: string): string => plus(`channel: ${quoted(text)}`);
const stream = (text: string): string => plus(`source: { stream: ${quoted(text)} }`);

/** What people write under `target` elsewhere. */
export const TARGET_KEY_ROWS: readonly Row[] = Object.entries({
  room: 'let the publisher send the ids of all members',
  topic: 'let the publisher send the ids of all members',
  group: 'write target: { users: [member_ids] }',
  role: 'write target: { users: [member_ids] }',
  organisation: 'write target: { users: [member_ids] }',
  whatever: 'write target: { users: [member_ids] }',
  broadcast: 'write target: broadcast',
  everyone: 'write target: broadcast',
  user_id: 'target: { user: user_id }',
  field: 'target: { user: user_id }',
  socket: 'A target names users, not connections',
  except: 'A target cannot exclude users',
}).map(([key, words]): Row => {
  return [
    `target ${key}`,
    { routes: instead('{ user: user_id }', `{ ${key}: x }`) },
    [['unknown-key', 'routes:6:15', words]],
  ];
});

/** What a template or an editor left in a name. */
export const NAME_ROWS: readonly Row[] = [
  ...PLACEHOLDERS.flatMap((text): Row[] => [
    [
      `event ${text}`,
      { routes: event(quoted(text)) },
      [['unfilled-placeholder', 'routes:4:12', 'a placeholder that nothing']],
    ],
    [
      `channel ${text}`,
      { routes: channel(text) },
      [['unfilled-placeholder', 'routes:7:14', 'a placeholder that nothing']],
    ],
    [
      `stream ${text}`,
      { routes: stream(text) },
      [['unfilled-placeholder', 'routes:7:23', 'a placeholder that nothing']],
    ],
  ]),
  ...SUSPECTS.flatMap((text): Row[] => [
    [
      `event ${text}`,
      { routes: event(quoted(text)) },
      [['unfilled-placeholder', 'routes:4:12', 'looks like a placeholder']],
    ],
    [
      `channel ${text}`,
      { routes: channel(text) },
      [['unfilled-placeholder', 'routes:7:14', 'looks like a placeholder']],
    ],
  ]),
  ...ODD.flatMap(([text, words]): Row[] => [
    [`event ${quoted(text)}`, { routes: event(quoted(text)) }, [['odd-characters', 'routes:4:12', words]]],
    [`channel ${quoted(text)}`, { routes: channel(text) }, [['odd-characters', 'routes:7:14', words]]],
    [`stream ${quoted(text)}`, { routes: stream(text) }, [['odd-characters', 'routes:7:23', words]]],
  ]),
  ...ORDINARY.flatMap((text): Row[] => [
    [`event ${text} is ordinary`, { routes: event(quoted(text)) }, []],
    [`channel ${text} is ordinary`, { routes: channel(text) }, []],
  ]),
  ['a hash tag in the name of a stream is ordinary', { routes: stream('{orders}:eu') }, []],
  [
    'a target',
    { routes: instead('{ user: user_id }', '{ users: [user_id, "${OWNER}?"] }') },
    [
      ['target-undeclared', 'routes@"${OWNER', 'not declared'],
      ['unfilled-placeholder', 'routes@"${OWNER', 'field "${OWNER}?" holds'],
    ],
  ],
  [
    'a schema',
    { routes: instead('../schemas/a.json', '"${SCHEMAS}/a.json"') },
    [
      ['file-unreadable', 'routes@"${SCHEMAS', 'does not exist'],
      ['unfilled-placeholder', 'routes@"${SCHEMAS', 'holds "${SCHEMAS}"'],
    ],
  ],
  ['a name in map', { routes: plus('map: { "id\u00a0": user_id }') }, [['odd-characters', 'routes:7:19', 'U+00A0']]],
];

const SECRET = { type: 'object', properties: { secret: { type: 'string' } } };

/** Paths that lead into a list, or may, and what the schema says. */
const OMITTED_LISTS: readonly (readonly [name: string, omit: string, properties: object])[] = [
  ['an item', '/list/0', { list: { type: 'array', items: SECRET } }],
  ['an item by its place', '/list/1', { list: { type: 'array', prefixItems: [SECRET, SECRET] } }],
  ['a member of an item', '/list/0/secret', { list: { type: 'array', items: SECRET } }],
  ['a member of all items', '/list/secret', { list: { ...SECRET, type: ['array', 'object'], items: SECRET } }],
  ['an item of a list in a list', '/a/0/0', { a: { type: 'array', items: { type: 'array', items: SECRET } } }],
  ['an item of a list in an object', '/a/b/0', { a: { type: 'object', properties: { b: { type: 'array' } } } }],
  ['what is an item in one branch', '/a/0', { a: { anyOf: [{ type: 'array' }, SECRET] } }],
  ['a member of what is a list in one branch', '/a/secret', { a: { anyOf: [{ type: 'array' }, SECRET] } }],
  ['a number where a list is allowed', '/a/0', { a: { type: ['object', 'array'], properties: { 0: SECRET } } }],
  ['a number where nothing is declared', '/a/b/0', { a: { type: 'object' } }],
  ['a number in a name with a slash', '/a~1b/0', { 'a/b': { type: 'array' } }],
];

const OMITTED_MEMBERS: typeof OMITTED_LISTS = [
  ['a whole list', 'list', { list: { type: 'array' } }],
  ['a property named by a number', '/a/0', { a: { type: 'object', properties: { 0: SECRET } } }],
  ['a property of the message named by a number', '0', { 0: SECRET }],
  ['names with a slash and a tilde', '/a~1b/c~0d', { 'a/b': { type: 'object', properties: { 'c~d': SECRET } } }],
  [
    'a number in objects of several forms',
    '/a/0',
    { a: { anyOf: [{ type: 'object', properties: { 0: SECRET } }, { type: 'null' }] } },
  ],
  ['a member of what may be null', '/a/secret', { a: { ...SECRET, type: ['object', 'null'] } }],
];

/** Rows B1 to B11 of docs/bad-input.md, and related input. */
export const ROUTES_ROWS: readonly Row[] = [
  [
    'B1 empty',
    { routes: '' },
    [['wrong-value', 'routes:1:1', 'expected a map with the keys version and routes, found nothing']],
  ],
  ['B1 comments only', { routes: '# a\n# b\n' }, [['wrong-value', 'routes:1:1', 'found nothing']]],
  ['B1 a list', { routes: '- a\n' }, [['wrong-value', 'routes:1:1', 'keys version and routes, found a list']]],
  ['B1 a text', { routes: 'routes\n' }, [['wrong-value', 'routes:1:1', 'found "routes"']]],
  [
    'B1 binary',
    { routes: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0xff]) },
    [['file-not-utf8', 'routes', 'UTF-8']],
  ],
  ['B1 NUL bytes', { routes: `${GOOD_ROUTE}\0` }, [['file-not-utf8', 'routes', 'UTF-8']]],
  [
    'B1 UTF-16',
    { routes: Buffer.from(`\uFEFF${GOOD_ROUTE}`, 'utf16le') },
    [['file-not-utf8', 'routes', 'save it as UTF-8']],
  ],

  [
    'B2 tab indentation',
    { routes: 'version: 1\nroutes:\n\ta: {}\n' },
    [['syntax', 'routes:3:1', 'Tabs are not allowed as indentation; the line is "\\ta: {}"']],
  ],
  [
    'B2 an error and its echoes in the same line',
    { routes: 'version: 1\nroutes:\n  a:\n\tevent: x: y: z\n' },
    [['syntax', 'routes:4:1', 'Tabs are not allowed']],
  ],
  [
    'B2 unclosed quote',
    { routes: event('"changed') },
    [['syntax', 'routes@"changed', 'the quote that opens here is never closed; the line is "    event: \\"changed"']],
  ],
  [
    'B2 two documents',
    { routes: `${GOOD_ROUTE}---\n${GOOD_ROUTE}` },
    [['syntax', 'routes:7:1', 'a second document begins here']],
  ],
  ['B2 wrong indentation', { routes: plus(' omit: [x]') }, [['syntax', 'routes:7:1', 'the line is "     omit: [x]"']]],
  ['B2 a list as key', { routes: plus('? [x]\n    : 1') }, [['syntax', 'routes@[x]', 'keys are text']]],
  ['B2 an unclosed bracket', { routes: instead('user_id }', 'user_id') }, [['syntax', 'routes:7:1', 'must']]],

  [
    'B3 duplicate key',
    { routes: plus('event: again') },
    [['duplicate-key', 'routes@event: again', 'key "event" already exists at 4:5']],
  ],
  [
    'B3 a key three times: both are held against the first',
    { routes: plus('event: again\n    event: and again') },
    [
      ['duplicate-key', 'routes@event: again', 'already exists at 4:5'],
      ['duplicate-key', 'routes@event: and again', 'already exists at 4:5'],
    ],
  ],
  [
    'B3 duplicate key in a flow map',
    { routes: instead('user: user_id }', 'user: user_id, user: a }') },
    [
      ['duplicate-key', 'routes@user: a }', 'key "user" already exists at 6:15'],
      ['target-undeclared', 'routes@a }', 'declared are user_id'],
    ],
  ],
  [
    'B3 duplicate name of a route',
    { routes: `${GOOD_ROUTE}  a: { event: e, schema: ../schemas/a.json, target: broadcast }\n` },
    [['duplicate-key', 'routes@a: { event: e', 'key "a" already exists at 3:3']],
  ],
  [
    'B3 the same channel and event',
    { routes: `${GOOD_ROUTE}  b: { channel: [x, a], event: changed, schema: ../schemas/a.json, target: broadcast }\n` },
    [
      [
        'duplicate-route',
        'routes@b: {',
        'channel "a" already becomes event "changed" by route "a" at 3:3; clients would receive it twice',
      ],
    ],
  ],
  [
    'B3 the same channel twice in one list',
    { routes: plus('channel: [x, x]') },
    [['wrong-value', 'routes:7:18', 'stands in the list already, as item 1']],
  ],

  [
    'B4 unknown key',
    { routes: instead('event:', 'evnt:') },
    [
      ['missing-key', 'routes@a:', 'key "event" is missing'],
      ['unknown-key', 'routes@evnt', 'unknown key "evnt"; allowed here: description, channel, when, envelope, source,'],
    ],
  ],
  [
    'B4 an unknown key with its near one',
    { routes: plus('audiense: anyone') },
    [['unknown-key', 'routes@audiense', 'Did you mean "audience"?']],
  ],
  [
    'B4 a key in capitals',
    { routes: plus('Audience: anyone') },
    [['unknown-key', 'routes@Audience', 'Did you mean "audience"?']],
  ],
  ['B4 an unknown key far from all', { routes: plus('zzzzzzzz: 1') }, [['unknown-key', 'routes@zzzzzzzz', 'omit.']]],
  [
    'B4 an unknown key at the top',
    { routes: `${GOOD_ROUTE}route: {}\n` },
    [['unknown-key', 'routes:7:1', 'Did you mean "routes"?']],
  ],
  [
    'B4 an unknown key in the target',
    { routes: instead('user:', 'usr:') },
    [['unknown-key', 'routes@usr', 'allowed here: user, users.']],
  ],
  [
    'B5 on_invalid with another word, far from both',
    { routes: plus('on_invalid: keep') },
    [['wrong-value', 'routes@keep', 'found "keep". What becomes of a message']],
  ],
  [
    'B5 on_invalid with a word that is near to one of the two, which is suggested',
    { routes: plus('on_invalid: Quarentine') },
    [['wrong-value', 'routes@Quarentine', 'Did you mean "quarantine"?']],
  ],
  [
    'B5 on_invalid that is switched like a flag',
    { routes: plus('on_invalid: true') },
    [['wrong-value', 'routes@true', 'found the boolean true. What becomes of a message']],
  ],
  ['B4 an empty key', { routes: plus('"": 1') }, [['unknown-key', 'routes@"":', 'unknown key ""']]],
  [
    'B4 a key of 10 kB is told in short',
    { routes: plus(`? ${'k'.repeat(10_000)}\n    : 1`) },
    [['unknown-key', 'routes@kkk', `${'k'.repeat(60)}…"; allowed`]],
  ],
  [
    'B4 missing keys',
    { routes: 'version: 1\nroutes:\n  a: {}\n' },
    [
      ['missing-key', 'routes:3:3', 'key "event" is missing. Socket.IO event'],
      ['missing-key', 'routes:3:3', 'key "schema" is missing. Path'],
      ['missing-key', 'routes:3:3', 'key "target" is missing. Who receives it'],
    ],
  ],
  [
    'B4 no version',
    { routes: instead('version: 1\n', '') },
    [['missing-key', 'routes:1:1', 'key "version" is missing. Version of this file\'s format: the number 1.']],
  ],
  [
    'B4 no routes',
    { routes: 'version: 1\nroutes: {}\n' },
    [['wrong-value', 'routes@{}', 'found an empty map. Routes by name, at least one']],
  ],

  ['B5 version 1.20', { routes: instead('1', '1.20') }, [['wrong-value', 'routes@1.20', 'found the number 1.2.']]],
  [
    'B5 version as text',
    { routes: instead('1', '"1"') },
    [['wrong-value', 'routes@"1"', 'found "1". Version of this file\'s format: the number 1']],
  ],
  [
    'B5 channel 014',
    { routes: plus('channel: 014') },
    [['wrong-value', 'routes@014', 'found the number 14 (quote it to make it text)']],
  ],
  [
    'B5 a number of 20 digits',
    { routes: plus('channel: 12345678901234567890') },
    [['wrong-value', 'routes@1234567', '(quote it to make it text)']],
  ],
  [
    'B5 a boolean as event',
    { routes: event('true') },
    [['wrong-value', 'routes@true', 'found the boolean true (quote it to make it text)']],
  ],
  ['B5 nothing as event', { routes: event('') }, [['wrong-value', 'routes:4:12', 'found nothing']]],
  ['B5 null in a list of channels', { routes: plus('channel: [~]') }, [['wrong-value', 'routes@~', 'found nothing']]],
  ['B5 a number as target field', { routes: instead('user_id }', '5 }') }, [['wrong-value', 'routes@5 }', 'quote it']]],
  ['B5 room: no stays text', { routes: event('no') }, []],
  ['B5 12:30 stays text', { routes: event('12:30') }, []],
  ['B5 quoted numbers are text', { routes: plus('channel: "014"') }, []],
  ['B5 the same whatever %YAML says', { routes: `%YAML 1.1\n---\n${event('no')}` }, []],
  [
    'B5 a route named by a number keeps its place',
    { routes: instead('  a:', '  7:').replace('changed', '1') },
    [['wrong-value', 'routes:4:12', 'found the number 1']],
  ],

  [
    'B6 alias bomb',
    { routes: bomb },
    Array.from({ length: 72 }, (_, index): Expected => [
      'alias-refused',
      `routes:${3 + Math.floor(index / 9)}:${8 + 3 * (index % 9)}`,
      'names a value that holds aliases itself',
    ]),
  ],
  [
    'B6 an alias inside its own value',
    { routes: 'version: 1\nroutes: &r\n  a: *r\n' },
    [['alias-refused', 'routes@*r', 'alias "*r" holds itself']],
  ],
  [
    'B6 an alias of nothing',
    { routes: event('*changed') },
    [['alias-refused', 'routes@*changed', 'no "&changed" before it']],
  ],
  [
    'B6 101 aliases',
    { routes: `x: &x y\nz: [${'*x, '.repeat(101)}]\n` },
    [['alias-refused', `routes:2:${5 + 400}`, 'is one too many: at most 100']],
  ],
  [
    'B6 300 aliases are told once',
    { routes: `x: &x y\nz: [${'*x, '.repeat(300)}]\n` },
    [['alias-refused', 'routes:2:405', 'is one too many']],
  ],
  [
    'B6 100 aliases',
    { routes: plus(`description: &x y\n    channel: [${'*x, '.repeat(100)}]`) },
    [['wrong-value', 'routes:8:411', 'as item 99']],
  ],
  [
    'B6 aliases of much text',
    { routes: `x: &x "${'y'.repeat(400_000)}"\nz: [*x, *x, *x]\n` },
    [['alias-refused', 'routes:2:13', 'for 1000000 characters']],
  ],
  ['B6 a plain alias works', { routes: instead('event: changed', 'description: &x changed\n    event: *x') }, []],
  [
    'B6 a mistake inside an aliased map is placed there',
    { routes: `${instead('{ user', '&t { usr')}  b: { event: e, schema: ../schemas/a.json, target: *t }\n` },
    [
      ['unknown-key', 'routes@usr', 'unknown key'],
      ['unknown-key', 'routes@usr', 'unknown key'],
    ],
  ],
  [
    'B6 merge key',
    { routes: plus('<<: { audience: anyone }') },
    [['merge-key', 'routes@<<', 'not merged; write the keys out']],
  ],

  ['B7 20,000 brackets', { routes: '['.repeat(20_000) }, [['nesting-too-deep', 'routes:1:65', 'more than 64 deep']]],
  [
    'B7 brackets closed beforehand',
    { routes: ']'.repeat(20_100) + '['.repeat(20_000) },
    [['nesting-too-deep', 'routes:1:20164', 'flatten them']],
  ],
  ['B7 20,000 dashes', { routes: '- '.repeat(20_000) }, [['nesting-too-deep', 'routes:1:129', 'flatten them']]],
  ['B7 20,000 question marks', { routes: '? '.repeat(20_000) }, [['nesting-too-deep', 'routes:1:129', 'flatten them']]],
  [
    'B7 2,000 indentations',
    { routes: Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n') },
    [['nesting-too-deep', 'routes:65:65', 'flatten them']],
  ],
  [
    'B7 2,000 indentations between block texts',
    {
      routes: Array.from(
        { length: 1000 },
        (_, depth) => `${' '.repeat(depth)}t: |\n${' '.repeat(depth + 1)}x\n${' '.repeat(depth)}a:`,
      ).join('\n'),
    },
    [['nesting-too-deep', `routes:${64 * 3 + 1}:65`, 'flatten them']],
  ],
  [
    'B7 5 MB',
    { routes: `${GOOD_ROUTE}${'# more\n'.repeat(750_000)}` },
    [['file-too-large', 'routes', 'at most 4194304 are read']],
  ],

  [
    'B8 prototype keys',
    { routes: plus('map: { __proto__: user_id, constructor: user_id, prototype: user_id }') },
    [
      ['forbidden-key', 'routes@__proto__', 'key "__proto__" is refused: it names a prototype'],
      ['forbidden-key', 'routes@constructor', 'key "constructor" is refused'],
      ['forbidden-key', 'routes@prototype', 'key "prototype" is refused'],
    ],
  ],
  [
    'B8 routes of such names',
    { routes: `${GOOD_ROUTE}  __proto__: { polluted: true }\n  constructor: { prototype: { polluted: true } }\n` },
    [
      ['forbidden-key', 'routes@__proto__', 'refused'],
      ['missing-key', 'routes:7:3', '"event"'],
      ['missing-key', 'routes:7:3', '"schema"'],
      ['missing-key', 'routes:7:3', '"target"'],
      ['unknown-key', 'routes@polluted', 'unknown key'],
      ['forbidden-key', 'routes@constructor', 'refused'],
      ['missing-key', 'routes:8:3', '"event"'],
      ['missing-key', 'routes:8:3', '"schema"'],
      ['missing-key', 'routes:8:3', '"target"'],
      ['forbidden-key', 'routes@prototype', 'refused'],
    ],
  ],

  [
    'B9 unknown tag',
    { routes: event('!foo x') },
    [['tag-refused', 'routes@!foo', 'Unresolved tag: !foo; only plain values are read, remove it']],
  ],
  ['B9 !!js/function', { routes: event('!!js/function "x"') }, [['tag-refused', 'routes@!!js', 'js/function']]],
  ['B9 !!binary', { routes: event('!!binary aGk=') }, [['tag-refused', 'routes@!!binary', 'remove it']]],
  ['B9 !!timestamp', { routes: event('!!timestamp 2026-01-01') }, [['tag-refused', 'routes@!!timestamp', 'remove it']]],
  ['B9 !!str is plain', { routes: event('!!str 12') }, []],

  ...[
    'connect',
    'connect_error',
    'disconnect',
    'disconnecting',
    'newListener',
    'removeListener',
    'connected',
    'ping',
    'pong',
    '"gateway:gap"',
    '"gateway:"',
  ].map((name): Row => [
    `B10 event ${name}`,
    { routes: event(name) },
    [['reserved-event', `routes@${name}\n`, `event "${name.replaceAll('"', '')}" is taken`]],
  ]),
  ['B10 empty event', { routes: event('""') }, [['wrong-value', 'routes@""', 'found "". Socket.IO event']]],
  [
    'B10 event of 10 kB',
    { routes: event('e'.repeat(10_000)) },
    [['wrong-value', 'routes@eee', `found "${'e'.repeat(60)}…". Socket.IO event that clients receive: 1 to 128`]],
  ],
  [
    'B10 control characters',
    { routes: event('"a\\nb\\x1b"') },
    [['wrong-value', 'routes@"a', 'found "a\\nb\\u001b". Socket.IO event that clients receive']],
  ],
  ['B10 gateway without colon is free', { routes: event('gateway-closed') }, []],

  [
    'B12 patterns and templates',
    { routes: plus('channel: ["orders:*", "a?", plain, "n:{user_id}", "[ab]"]') },
    [
      ['unsupported-channel', 'routes@"orders', 'channel "orders:*" holds one of * ? [ ];'],
      ['unsupported-channel', 'routes@"a?"', 'name each channel'],
      ['unsupported-channel', 'routes@"n:', 'templates are not supported'],
      ['unsupported-channel', 'routes@"[ab]"', 'name each channel'],
    ],
  ],
  [
    'single braces in a channel',
    { routes: plus('channel: ["{order}:e", "a}", "{{a}", "{{{a}}}", "{{a}}:e", "}}{{"]') },
    [
      ['unsupported-channel', 'routes@"{order', 'write it twice: "{{order}}:e"'],
      ['unsupported-channel', 'routes@"a}"', 'write it twice: "a}}"'],
      ['unsupported-channel', 'routes@"{{a}"', 'write it twice: "{{a}}"'],
      ['unsupported-channel', 'routes@"{{{a', 'holds a single brace'],
    ],
  ],
  [
    'a single pattern as channel',
    { routes: plus('channel: orders:*') },
    [['unsupported-channel', 'routes@orders', 'patterns']],
  ],

  [
    'a route of a bad name',
    { routes: instead('  a:', '  "a b":') },
    [['wrong-value', 'routes@"a b"', 'name "a b" is not allowed. Routes by name']],
  ],
  [
    'a route that is no map',
    { routes: 'version: 1\nroutes:\n  a: broadcast\n' },
    [['wrong-value', 'routes@broadcast', 'found "broadcast". A route: channel to event']],
  ],
  [
    'an unknown target',
    { routes: instead('{ user: user_id }', 'everyone') },
    [['wrong-value', 'routes@everyone', 'found "everyone". Who receives it: `broadcast`']],
  ],
  [
    'user and users at once',
    { routes: instead('user_id }', 'user_id, users: [user_id] }') },
    [['wrong-value', 'routes@{ user', 'found a map with user, users. Who receives it']],
  ],
  [
    'users without fields',
    { routes: instead('user: user_id', 'users: []') },
    [['wrong-value', 'routes@[]', 'found an empty list']],
  ],
  [
    'a field that is no pointer',
    { routes: instead('user_id }', '/a~2 }') },
    [['wrong-value', 'routes@/a~2', 'A property name (user_id) or a JSON Pointer']],
  ],
  [
    'an unknown audience',
    { routes: plus('audience: everyone') },
    [['wrong-value', 'routes@everyone', '`authenticated` (default) or `anyone`']],
  ],
  [
    'an audience where users are named',
    { routes: plus('audience: anyone') },
    [['audience-unused', 'routes@anyone', 'Remove it']],
  ],
  [
    'a broadcast that does not say who receives it, where users differ',
    { routes: withClaims('broadcast') },
    [['audience-unsaid', 'routes@broadcast', 'identity.claims says that users differ']],
  ],
  ['a broadcast to all users, where users differ', { routes: withClaims('broadcast', 'authenticated') }, []],
  ['a broadcast to users by a claim', { routes: withClaims('broadcast', '{ claim: roles, has: staff }') }, []],
  [
    'an audience of a claim that is not read',
    { routes: withClaims('broadcast', '{ claim: role, has: staff }') },
    [['audience-undeclared', 'routes@role,', 'did you mean "roles"?']],
  ],
  [
    'an audience of a claim where users are named',
    { routes: withClaims('{ user: user_id }', '{ claim: roles, has: staff }') },
    [['audience-unused', 'routes@{ claim: roles, has', 'Remove it']],
  ],
  [
    'an exception',
    { routes: plus('except: { users: [user_id?] }').replace('{ user: user_id }', 'broadcast') },
    [['target-zeros', 'routes@user_id?', 'refuses null']],
  ],
  [
    'an exception of every user that the target names',
    { routes: plus('except: { users: [user_id] }') },
    [['except-all', 'routes@{ users', 'so no user is left']],
  ],
  [
    'an exception by a field that the schema does not declare',
    { routes: plus('except: { users: [usr_id] }').replace('{ user: user_id }', 'broadcast') },
    [['target-undeclared', 'routes@usr_id', 'did you mean "user_id"?']],
  ],
  ['a route that disconnects', { routes: instead('event: changed', 'action: disconnect') }, []],
  [
    'a route that disconnects beside one with an event, and beside another',
    {
      routes: ['b', 'c'].reduce(
        (text, name) =>
          `${text}  ${name}: { channel: a, action: disconnect, schema: ../schemas/a.json, target: { user: user_id } }\n`,
        GOOD_ROUTE,
      ),
    },
    [],
  ],
  [
    'an action that is none',
    { routes: instead('event: changed', 'action: kick') },
    [['wrong-value', 'routes@kick', 'found "kick". What a message does instead of sending an event: `disconnect`']],
  ],
  [
    'an action with keys of an event',
    {
      routes: plus(
        'action: disconnect\n    audience: anyone\n    map: { id: user_id }\n    omit: [user_id]\n    latest: user_id\n    shadow: false',
      ),
    },
    [
      ['action-with-event', 'routes@changed', 'event says what clients receive'],
      ['action-with-event', 'routes@anyone', 'audience says what clients receive'],
      ['action-with-event', 'routes@{ id: user_id }', 'map says what clients receive'],
      ['action-with-event', 'routes@[user_id]', 'omit says what clients receive'],
      ['action-with-event', 'routes:11:13', 'latest says what clients receive'],
      ['action-with-event', 'routes@false', 'shadow says what clients receive'],
    ],
  ],
  [
    'an action by a stream',
    { routes: instead('event: changed', 'action: disconnect\n    source: stream') },
    [['action-with-stream', 'routes@stream', 'remove source']],
  ],
  ['an action by Pub/Sub', { routes: instead('event: changed', 'action: disconnect\n    source: pubsub') }, []],
  [
    'an action for everyone',
    { routes: instead('event: changed', 'action: disconnect').replace('{ user: user_id }', 'broadcast') },
    [['action-broadcast', 'routes@broadcast', 'would disconnect everyone']],
  ],
  [
    'an action whose target the schema does not know',
    { routes: instead('event: changed', 'action: disconnect').replace('user_id }', 'usr_id }') },
    [['target-undeclared', 'routes@usr_id', 'did you mean "user_id"']],
  ],
  [
    'a shadow beside the route that it may follow',
    {
      routes: `${GOOD_ROUTE}  b: { channel: a, event: changed, schema: ../schemas/a.json, target: broadcast, shadow: true }\n`,
    },
    [],
  ],
  [
    'a shadow that is no boolean',
    { routes: plus('shadow: "yes"') },
    [['wrong-value', 'routes@"yes"', 'found "yes". Evaluated and counted, not delivered']],
  ],
  [
    'a next schema that is the one in force',
    { routes: plus('schema_next: ../schemas/a.json') },
    [['schema-next-same', 'routes:7:18', 'remove it, or name the schema to try']],
  ],
  [
    'a short form of when with matches',
    { routes: plus('when: { user_id: 1, matches: { type: object } }') },
    [['when-form', 'routes@{ type: object', 'A field called matches is written /matches']],
  ],
  [
    'one field twice in when',
    { routes: plus('when: { user_id: 1, /user_id: 2 }') },
    [['when-form', 'routes@2 }', '"/user_id" and "user_id" are the same field']],
  ],
  [
    'a number in when that JSON readers round',
    { routes: plus('when: { user_id: [1, 9007199254740993] }') },
    [['wrong-value', 'routes@9007199254740993', 'is a number that JSON readers round']],
  ],
  [
    'a property that when compares and does not require',
    { routes: plus('when: { matches: { properties: { kind: { const: a } } } }') },
    [['when-not-required', 'routes@{ const', 'add "kind" to required']],
  ],
  [
    'a reference out of the schema of when',
    { routes: plus('when: { matches: { $ref: other.json } }') },
    [['schema-ref', 'routes@other.json', 'refers to its own places only']],
  ],
  [
    'a schema of when that is none',
    { routes: plus('when: { matches: { type: objet } }') },
    [['schema-keyword', 'routes@objet', 'type is "objet"']],
  ],
  [
    'a schema of when that takes everything',
    { routes: plus('when: { matches: {} }') },
    [['when-always', 'routes@{}', 'an empty schema takes every message']],
  ],
  [
    'a value of when that the schema does not allow',
    { routes: plus('when: { user_id: true }') },
    [['when-never', 'routes@true', 'the schema does not allow that "user_id" is true']],
  ],
  [
    'an object as a value of when',
    { routes: plus('when: { id: { const: 1 } }') },
    [['wrong-value', 'routes@{ const', 'found a map with const. A text, number, true, false or null']],
  ],
  [
    'a next schema that is not there',
    { routes: plus('schema_next: ../schemas/users.json') },
    [['file-unreadable', 'routes@../schemas/users.json', 'schema ../schemas/users.json']],
  ],
  [
    'map with omit',
    { routes: plus('map: { id: user_id }\n    omit: [user_id]') },
    [['map-with-omit', 'routes@[user_id]', 'remove omit']],
  ],
  ['an empty map', { routes: plus('map: {}') }, [['wrong-value', 'routes@{}', 'found an empty map. Builds the event']]],
  ['max_bytes', { routes: plus('max_bytes: 2000') }, []],
  ...['0', '-1', '1.5', '2kB', '"2000"', '1e9'].map((text): Row => [
    `max_bytes: ${text}`,
    { routes: plus(`max_bytes: ${text}`) },
    [['wrong-value', `routes@${text}`, 'Longest message that the route takes, in bytes']],
  ]),
  ['latest of a declared field', { routes: plus('latest: user_id') }, []],
  [
    'latest of an undeclared field',
    { routes: plus('latest: usr_id') },
    [['field-undeclared', 'routes@usr_id', 'did you mean "user_id"?']],
  ],
  [
    'map of an undeclared field',
    { routes: plus('map: { id: user_id, other: usr_id }') },
    [['field-undeclared', 'routes@usr_id', 'field "usr_id" is not declared by the schema; did you mean "user_id"?']],
  ],
  [
    'omit of undeclared fields',
    { routes: plus('omit: [user_id, /data/secret, token]') },
    [
      ['field-undeclared', 'routes@/data', 'declared are user_id'],
      ['field-undeclared', 'routes@token', 'declared are user_id'],
    ],
  ],
  [
    'map and omit of declared fields',
    {
      routes: plus('omit: [/data/secret]'),
      schema: withProperties({ data: { type: 'object', properties: { secret: { type: 'string' } } } }),
    },
    [],
  ],
  ...OMITTED_LISTS.map(([name, omit, properties]): Row => [
    `omit of ${name}`,
    { routes: plus(`omit: ["${omit}"]`), schema: withProperties(properties) },
    [['omit-in-list', `routes@"${omit}"`, 'Omit the whole list']],
  ]),
  ...OMITTED_MEMBERS.map(([name, omit, properties]): Row => [
    `omit of ${name}`,
    { routes: plus(`omit: ["${omit}"]`), schema: withProperties(properties) },
    [],
  ]),
  [
    'a pointer as envelope',
    { routes: `${GOOD_ROUTE}envelope: { traceparent: /meta/trace }\n` },
    [['wrong-value', 'routes@/meta', 'Top-level field']],
  ],
  [
    'an unknown key in the envelope',
    { routes: `${GOOD_ROUTE}envelope: { traceparnt: t }\n` },
    [['unknown-key', 'routes@traceparnt', 'Did you mean "traceparent"?']],
  ],
  ['CloudEvents as envelope', { routes: `${GOOD_ROUTE}envelope: cloudevents\n` }, []],
  [
    'another word as envelope',
    { routes: `${GOOD_ROUTE}envelope: cloudevent\n` },
    [['wrong-value', 'routes@cloudevent', 'cloudevents']],
  ],
  [
    'one field for trace and time',
    { routes: `${GOOD_ROUTE}envelope: { time: traceparent }\n` },
    [['wrong-value', 'routes@traceparent', 'already the field of the trace context']],
  ],
  [
    'a schema that requires the time of the envelope',
    { routes: `${GOOD_ROUTE}envelope: { time: at }\n`, schema: { ...GOOD_SCHEMA, required: ['user_id', 'at'] } },
    [['envelope-required', 'routes@../schemas/a.json', 'requires "at", which belongs to the envelope']],
  ],
  [
    'a schema that requires a field of its own, of CloudEvents',
    {
      routes: `${GOOD_ROUTE}envelope: cloudevents\n`,
      schema: { ...withProperties({ traceparent: { type: 'string' } }), required: ['user_id', 'traceparent'] },
    },
    [],
  ],
  [
    'a schema that requires the envelope',
    {
      routes: `${GOOD_ROUTE}envelope: { traceparent: trace }\n`,
      schema: { ...GOOD_SCHEMA, required: ['user_id', 'trace'] },
    },
    [['envelope-required', 'routes@../schemas/a.json', 'requires "trace", which belongs to the envelope']],
  ],
  ['a schema that allows the envelope', { schema: withProperties({ traceparent: { type: 'string' } }) }, []],
  [
    'several routes on one channel',
    { routes: `${GOOD_ROUTE}  b: { channel: a, event: other, schema: ../schemas/a.json, target: broadcast }\n` },
    [],
  ],
  ['one route on several channels', { routes: plus('channel: [a, b, c]') }, []],
  [
    'one event from several channels',
    { routes: `${GOOD_ROUTE}  b: { event: changed, schema: ../schemas/a.json, target: broadcast }\n` },
    [],
  ],
];
