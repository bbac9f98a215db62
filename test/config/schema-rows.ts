import { GOOD_ROUTE, GOOD_SCHEMA, ifThen, withProperties, type Row } from './tree.ts';

const named = (path: string): string => GOOD_ROUTE.replace('../schemas/a.json', path);
const property = (schema: object): object => withProperties({ x: schema });
const text = (pattern: unknown): object => property({ type: 'string', pattern });

const misspelt = { minLenght: 1 };
/** Wherever a schema may stand inside a schema. */
const HOLDERS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    'not if contains propertyNames items additionalProperties'.split(' ').map((keyword) => [keyword, misspelt]),
  ),
  ...Object.fromEntries(
    'then else unevaluatedItems unevaluatedProperties'.split(' ').map((keyword) => [keyword, misspelt]),
  ),
  ...Object.fromEntries('allOf anyOf oneOf prefixItems'.split(' ').map((keyword) => [keyword, [misspelt]])),
  ...Object.fromEntries(
    'properties patternProperties $defs definitions dependentSchemas'
      .split(' ')
      .map((keyword) => [keyword, { k: misspelt }]),
  ),
};

/** Rows B14 to B19 of docs/bad-input.md; each is refused or a warning. */
export const SCHEMA_ROWS: readonly Row[] = [
  [
    'B14 missing',
    { routes: named('../schemas/b.json') },
    [['file-unreadable', 'routes@../schemas/b.json', 'schema ../schemas/b.json does not exist; is the path right?']],
  ],
  [
    'B14 a path through a file',
    { routes: named('../schemas/a.json/b.json') },
    [['file-unreadable', 'routes@../schemas', 'a part of its path is a file']],
  ],
  [
    'B14 a folder',
    { routes: named('../schemas') },
    [['file-unreadable', 'routes@../schemas', 'schema ../schemas is not a file']],
  ],
  [
    'B14 an address',
    { routes: named('https://example.com/a.json') },
    [['file-unreadable', 'routes@https:', 'does not exist: it is an address, and the gateway fetches no schemas']],
  ],
  ['B14 a NUL in the path', { routes: named('"a\\0.json"') }, [['file-unreadable', 'routes@"a', 'cannot be read']]],
  [
    'B14 outside of the root',
    { routes: named('/etc/passwd') },
    [['file-outside-root', 'routes@/etc', 'schema /etc/passwd is outside of']],
  ],
  [
    'B14 outside by dots',
    { routes: named('../../../../../../../../etc/passwd') },
    [['file-outside-root', 'routes@../', 'move it there or set CONFIG_ROOT']],
  ],
  [
    'B14 two routes that name a broken file: told once',
    { routes: `${GOOD_ROUTE}  b: { event: e, schema: ../schemas/a.json, target: broadcast }\n`, schema: '{' },
    [['syntax', 'schema:1:2', 'expected a key in double quotes, found its end']],
  ],
  ...[
    '$schema: https://json-schema.org/draft/2020-12/schema\ntype: object\n',
    '# a comment\n---\ntype: object\n',
    'openapi: 3.1.0\ninfo:\n  title: x\n',
    "'type': object\n",
    'type:\n  - object\n',
  ].map((schema): Row => [
    `B14 YAML: ${JSON.stringify(schema)}`,
    { schema },
    [['syntax', 'schema:1:1', 'is YAML, but schemas are JSON; write']],
  ]),
  [
    'B14 a place in an OpenAPI document',
    {
      routes: named('../openapi.json#/components/schemas/Trade'),
      files: { 'openapi.json': '{ "openapi": "3.1.0" }' },
    },
    [['file-unreadable', 'routes@../openapi', '"#/components/schemas/Trade" is a place inside ../openapi.json']],
  ],
  ...Object.entries({ openapi: 'an OpenAPI', swagger: 'a Swagger', asyncapi: 'an AsyncAPI' }).map(
    ([key, name]): Row => [
      `B14 ${name} document`,
      { schema: { [key]: '3.1.0', info: { title: 'x' } } },
      [['schema-dialect', 'routes@../schemas', `is ${name} document, not a JSON Schema; write the schema`]],
    ],
  ),
  ['B14 empty', { schema: '' }, [['syntax', 'schema:1:1', 'is not JSON: expected a value, found its end']]],
  [
    'B14 a comma too many',
    { schema: '{\n  "type": "object",\n}' },
    [['syntax', 'schema:3:1', 'is not JSON: expected a key in double quotes, found "}"']],
  ],
  ['B14 a comment', { schema: '{} // none' }, [['syntax', 'schema@//', 'expected the end of the file']]],
  ['B14 single quotes', { schema: "{'type': 'object'}" }, [['syntax', 'schema:1:2', 'double quotes']]],
  ['B14 cut off', { schema: '{"type": "obj' }, [['syntax', 'schema@"obj', 'expected a value']]],
  ['B14 two values', { schema: '{} {}' }, [['syntax', 'schema:1:4', 'the end of the file']]],
  [
    'B14 UTF-16',
    { schema: Buffer.from('\uFEFF{}', 'utf16le') },
    [['file-not-utf8', 'routes@../schemas', 'schema ../schemas/a.json is not UTF-8 text']],
  ],
  [
    'B14 a duplicate key',
    { schema: '{"type": "object", "type": "object"}' },
    [
      ['target-undeclared', 'routes@user_id', 'declare it in properties'],
      ['duplicate-key', 'schema:1:20', 'key "type" already exists at 1:2'],
    ],
  ],
  [
    'B8 prototype keys',
    {
      schema: `${JSON.stringify(GOOD_SCHEMA, null, 2).slice(0, -2)}, "$defs": { "__proto__": {}, "constructor": {} } }`,
    },
    [
      ['forbidden-key', 'schema@"__proto__"', 'names a prototype'],
      ['forbidden-key', 'schema@"constructor"', 'names a prototype'],
    ],
  ],
  [
    'B7 nested 5,000 deep',
    { schema: `${'{"not":'.repeat(5000)}{}${'}'.repeat(5000)}` },
    [['nesting-too-deep', 'schema:1:456', 'more than 64 deep']],
  ],

  ['B15 a list', { schema: '[]' }, [['schema-dialect', 'schema:1:1', 'a schema is an object']]],
  [
    'B15 misspelt keywords, each where it stands',
    { schema: withProperties({ x: { minLenght: 3 }, y: { items: [{ minLenght: 4 }] } }) },
    [
      [
        'schema-keyword',
        'schema@"minLenght": 3',
        'unknown keyword "minLenght", which would check nothing; did you mean "minLength"?',
      ],
      ['schema-keyword', 'schema@"items"', 'items is [{"minLenght":4}]; it must be object,boolean'],
    ],
  ],
  ...Object.entries(HOLDERS).map(([keyword, value]): Row => [
    `B15 a misspelt keyword in ${keyword}`,
    { schema: property({ ...ifThen(true, true), [keyword]: value }) },
    [['schema-keyword', 'schema@"minLenght"', 'did you mean "minLength"?']],
  ]),
  [
    'B15 a keyword like no other',
    { schema: property({ zzzzzzzzzz: 1 }) },
    [['schema-keyword', 'schema@"zzz', 'remove it, or begin it with x-']],
  ],
  [
    'B15 a wrong name of a type',
    { schema: property({ type: 'int' }) },
    [
      [
        'schema-keyword',
        'schema@"type": "int"',
        'type is "int"; it must be equal to one of the allowed values: array, boolean, integer',
      ],
    ],
  ],
  [
    'B15 a wrong name in a list of types',
    { schema: property({ type: ['string', 'bool'] }) },
    [['schema-keyword', 'schema@"bool"', '"bool"; it must be equal to one of']],
  ],
  [
    'B15 text where a number is due',
    { schema: property({ type: 'integer', minimum: '1' }) },
    [['schema-keyword', 'schema@"minimum"', 'minimum is "1"; it must be number']],
  ],
  [
    'B15 required as text',
    { schema: { ...GOOD_SCHEMA, required: 'user_id' } },
    [['schema-keyword', 'schema@"required"', 'it must be array']],
  ],
  ['B15 an empty enum', { schema: property({ enum: [] }) }, [['schema-keyword', 'schema@"enum"', 'enum is empty']]],
  [
    'B15 unknown format',
    { schema: property({ type: 'string', format: 'emial' }) },
    [['schema-format', 'schema@"format"', 'format "emial" is not known; known are date, time']],
  ],
  [
    'B15 id of draft 4',
    { schema: { id: 'a', ...GOOD_SCHEMA } },
    [['schema-keyword', 'schema@"id"', 'an identifier is called $id']],
  ],
  [
    'B15 $schema of draft 7',
    { schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...GOOD_SCHEMA } },
    [
      [
        'schema-dialect',
        'schema@"$schema"',
        'schemas here are JSON Schema 2020-12: "https://json-schema.org/draft/2020-12/schema"',
      ],
    ],
  ],
  [
    'B15 $schema that is no text',
    { schema: { $schema: 7, ...GOOD_SCHEMA } },
    [['schema-dialect', 'schema@"$schema"', '$schema names 7']],
  ],
  ...Object.entries({
    nullable: true,
    dependencies: {},
    additionalItems: false,
    divisibleBy: 2,
    discriminator: {},
    example: 1,
    $dynamicRef: '#x',
    $dynamicAnchor: 'x',
    $recursiveRef: '#',
    $recursiveAnchor: true,
  }).map(([keyword, value]): Row => [
    `B15 ${keyword} of another dialect`,
    { schema: property({ [keyword]: value }) },
    [
      [
        'schema-keyword',
        `schema@"${keyword}"`,
        `keyword "${keyword}" is not one of JSON Schema 2020-12 as read here; `,
      ],
    ],
  ]),
  [
    'B15 an asynchronous schema',
    { schema: withProperties({}, { $async: true }) },
    [['schema-keyword', 'schema@"$async"', 'unknown keyword']],
  ],
  [
    'B15 the same $anchor twice',
    { schema: withProperties({}, { $defs: { x: { $anchor: 'x' }, y: { $anchor: 'x', type: 'string' } } }) },
    [['schema-keyword', 'schema:1:1', 'cannot be compiled']],
  ],
  [
    'B15 a fault in a file that is referred to stands in that file',
    { schema: property({ $ref: 'b.json' }), files: { 'schemas/b.json': '{\n  "typ": "string" }' } },
    [['schema-keyword', 'schemas/b.json:2:3', 'did you mean "type"?']],
  ],
  [
    'B15 a faulty file that two schemas refer to is told once',
    {
      routes: `${GOOD_ROUTE}  b: { event: e, schema: ../schemas/c.json, target: broadcast }\n`,
      schema: property({ $ref: 'b.json' }),
      files: { 'schemas/b.json': '{ "typ": 1 }', 'schemas/c.json': '{ "$ref": "b.json" }' },
    },
    [['schema-keyword', 'schemas/b.json@"typ"', 'did you mean "type"?']],
  ],
  [
    'B15 an idle if',
    { schema: withProperties({}, { if: {} }) },
    [['schema-loose', 'schema@"if"', '"if" does nothing without "then" or "else"']],
  ],
  [
    'B15 an idle minContains',
    { schema: property({ type: 'array', minContains: 1 }) },
    [['schema-loose', 'schema@"minContains"', 'does nothing without "contains"']],
  ],
  [
    'B15 rules without their type',
    { schema: property({ minLength: 1, maxLength: 9 }) },
    [
      [
        'schema-loose',
        'schema@"x"',
        'has rules for type string only, and values of other types pass; add "type": "string"',
      ],
    ],
  ],
  [
    'B16 remote $ref',
    { schema: property({ $ref: 'https://example.com/x.json' }) },
    [['schema-remote-ref', 'schema@"$ref"', 'nothing is fetched']],
  ],
  [
    'B16 $ref without a scheme',
    { schema: property({ $ref: '//example.com/x.json' }) },
    [['schema-remote-ref', 'schema@"$ref"', '$ref "//example.com/x.json"']],
  ],
  [
    'B16 a file on another machine',
    { schema: property({ $ref: 'file://server/x.json' }) },
    [['schema-remote-ref', 'schema@"$ref"', 'refer to a file by its path']],
  ],
  [
    'B16 $ref to an $id that several files have',
    {
      schema: property({ $ref: 'https://schemas.acme.com/money.json' }),
      files: {
        'schemas/b.json': '{ "$id": "https://schemas.acme.com/money.json" }',
        'schemas/c.json': '{ "$id": "https://schemas.acme.com/money.json" }',
      },
    },
    [['schema-remote-ref', 'schema@"$ref"', 'is the $id of several schemas: ']],
  ],
  [
    'B16 $ref to an $id that no file has',
    {
      schema: property({ $ref: 'https://schemas.acme.com/cash.json#/$defs/x' }),
      files: { 'schemas/b.json': '{ "$id": "https://schemas.acme.com/money.json" }' },
    },
    [['schema-remote-ref', 'schema@"$ref"', 'no schema file next to this one has such an $id; refer to a file']],
  ],
  [
    'B16 $ref to a place that its own $id has not',
    { schema: { $id: 'https://a.com/a.json', ...property({ $ref: 'https://a.com/a.json#/$defs/nope' }) } },
    [['schema-ref', 'schema@"$ref"', '$ref "#/$defs/nope" names a place that is not in that file']],
  ],
  [
    'B16 $ref to a missing file',
    { schema: property({ $ref: 'b.json' }) },
    [['schema-ref', 'schema@"$ref"', '$ref "b.json" names a file that does not exist']],
  ],
  [
    'B16 $ref to a broken file',
    { schema: property({ $ref: 'b.json' }), files: { 'schemas/b.json': '{' } },
    [
      ['schema-ref', 'schema@"$ref"', 'has errors itself'],
      ['syntax', 'schemas/b.json:1:2', 'is not JSON'],
    ],
  ],
  [
    'B16 $ref out of the root',
    { schema: property({ $ref: '../../../../../../../etc/passwd' }) },
    [['schema-ref', 'schema@"$ref"', 'names a file that is outside of']],
  ],
  ...['a%2Fb.json', 'a%zz.json', 'b.json?x=1'].map((ref): Row => [
    `B16 $ref ${ref}`,
    { schema: property({ $ref: ref }) },
    [['schema-ref', 'schema@"$ref"', `$ref "${ref}" names no file`]],
  ]),
  [
    'B16 $ref with a NUL',
    { schema: property({ $ref: 'a%00.json' }) },
    [['schema-ref', 'schema@"$ref"', 'cannot be read']],
  ],
  [
    'B16 $ref that is no text',
    { schema: property({ $ref: 7 }) },
    [['schema-keyword', 'schema@"$ref"', '$ref is 7; it must be string']],
  ],
  [
    'B16 $ref to nowhere',
    { schema: property({ $ref: '#/$defs/nope' }) },
    [['schema-ref', 'schema@"$ref"', 'names a place that is not in that file']],
  ],
  [
    'B16 $ref to no anchor',
    { schema: property({ $ref: '#nope' }) },
    [['schema-ref', 'schema@"$ref"', 'names a place that is not in that file']],
  ],
  [
    'B16 $ref to a value',
    { schema: { ...property({ $ref: '#/properties' }), 'x-a': { type: 'string' } } },
    [['schema-ref', 'schema@"$ref"', 'names a value that is no schema; put schemas in $defs']],
  ],

  [
    'B17 a $ref loop',
    {
      schema: withProperties(
        { x: { $ref: '#/$defs/y' } },
        { $defs: { y: { allOf: [{ $ref: '#/$defs/z' }] }, z: ifThen({ $ref: '#/$defs/y' }, {}) } },
      ),
    },
    [
      ['schema-loop', 'schema@"$ref": "#/$defs/y"', 'leads back to itself and would never end'],
      ['schema-loop', 'schema@"$ref": "#/$defs/z"', 'would never end'],
      ['schema-loop', 'schema:27:9', 'would never end'],
    ],
  ],
  [
    'B17 a $ref to itself',
    { schema: { ...GOOD_SCHEMA, $ref: '#' } },
    [['schema-loop', 'schema@"$ref"', 'would never end']],
  ],
  ...Object.entries({
    ...Object.fromEntries('not if then else'.split(' ').map((keyword) => [keyword, { $ref: '#' }])),
    ...Object.fromEntries('allOf anyOf oneOf'.split(' ').map((keyword) => [keyword, [{ $ref: '#' }]])),
    dependentSchemas: { user_id: { $ref: '#' } },
  }).map(([keyword, value]): Row => [
    `B17 a $ref loop through ${keyword}`,
    { schema: { ...GOOD_SCHEMA, ...ifThen(true, true), [keyword]: value } },
    [['schema-loop', 'schema@"$ref"', 'would never end']],
  ]),
  [
    'B17 a $ref loop over two files',
    { schema: { ...GOOD_SCHEMA, $ref: 'b.json' }, files: { 'schemas/b.json': '{ "$ref": "a.json" }' } },
    [
      ['schema-loop', 'schema@"$ref"', '$ref "b.json"'],
      ['schema-loop', 'schemas/b.json@"$ref"', '$ref "a.json"'],
    ],
  ],

  [
    'B18 an invalid pattern',
    { schema: text('(') },
    [['schema-pattern', 'schema@"pattern"', 'pattern "(" is no regular expression: Invalid regular expression']],
  ],
  [
    'B18 an exponential pattern',
    { schema: text('^(a+)+$') },
    [['schema-pattern', 'schema@"pattern"', 'takes exponential time on some texts']],
  ],
  [
    'B18 lookahead',
    { schema: text('^(?=a)') },
    [['schema-pattern', 'schema@"pattern"', 'cannot be run in linear time, as RE2 does (no lookaround']],
  ],
  ['B18 a back-reference', { schema: text('(a)\\1') }, [['schema-pattern', 'schema@"pattern"', 'no back-references']]],
  [
    'B18 a pattern of 10 kB',
    { schema: text('a'.repeat(10_000)) },
    [['schema-pattern', 'schema@"pattern"', 'is longer than 1000 characters']],
  ],
  [
    'B18 $data in pattern',
    { schema: text({ $data: '1/user_id' }) },
    [['schema-keyword', 'schema@"pattern"', 'it must be string']],
  ],
  [
    'B18 as name of a property',
    { schema: withProperties({}, { patternProperties: { '^(x+)+$': true } }) },
    [['schema-pattern', 'schema@"^(x+)+$"', 'exponential']],
  ],
  [
    'B18 in propertyNames',
    { schema: withProperties({}, { propertyNames: { pattern: '^(x+)+$' } }) },
    [['schema-pattern', 'schema@"pattern"', 'exponential']],
  ],

  [
    'B19 uniqueItems over maps',
    { schema: property({ type: 'array', items: { type: 'object' }, uniqueItems: true }) },
    [['schema-costly', 'schema@"uniqueItems"', 'bound it with maxItems']],
  ],

  [
    'examples that break their schema',
    { schema: withProperties({}, { examples: [{ user_id: 1 }, { user_id: null }, {}] }) },
    [
      [
        'schema-example',
        'schema@{\n      "user_id": null',
        'this example breaks its own schema: must be integer,string (#/properties/user_id/type)',
      ],
      ['schema-example', 'schema@{}', "must have required property 'user_id'"],
    ],
  ],
];

/** What an ordinary platform team writes: nothing is told. */
export const GOOD_SCHEMA_ROWS: readonly Row[] = (
  [
    ['an id as text', { schema: withProperties({ user_id: { type: 'string' } }) }],
    [
      'an id as integer with format',
      { schema: withProperties({ user_id: { type: 'integer', format: 'int64', minimum: 1 } }) },
    ],
    [
      '$id at the top',
      {
        schema: { $id: 'https://example.com/schemas/a.json', ...property({ $ref: 'b.json' }) },
        files: { 'schemas/b.json': '{ "$id": "https://example.com/schemas/b.json", "type": "string" }' },
      },
    ],
    [
      'the same $id in two files',
      {
        schema: { $id: 'x', ...property({ $ref: 'b.json' }) },
        files: { 'schemas/b.json': '{ "$id": "x", "type": "string" }' },
      },
    ],
    [
      'its own $id',
      {
        schema: {
          $id: 'https://schemas.acme.com/trade.json',
          ...property({ $ref: 'https://schemas.acme.com/trade.json#/$defs/money' }),
          $defs: { money: { $ref: 'trade.json#m' }, m: { $anchor: 'm', type: 'number' } },
        },
      },
    ],
    [
      'the $id of a file in the folder tree',
      {
        schema: property({
          allOf: [
            { $ref: 'https://schemas.acme.com/money.json' },
            { $ref: 'https://schemas.acme.com/money.json#/$defs/x' },
          ],
        }),
        files: {
          'schemas/deep/cash.json':
            '{ "$id": "https://schemas.acme.com/money.json", "type": "string", "$defs": { "x": {} } }',
        },
      },
    ],
    [
      'an $id that is a URN',
      {
        schema: property({ $ref: 'urn:example:money' }),
        files: { 'schemas/cash.json': '{ "$id": "urn:example:money", "type": "string" }' },
      },
    ],
    [
      'bundled, by a relative $id',
      {
        schema: withProperties(
          { x: { $ref: 'money.json' } },
          { $defs: { money: { $id: 'money.json', type: 'number' } } },
        ),
      },
    ],
    [
      'bundled under $ids of its own, with anchors of the same name',
      {
        schema: {
          $id: 'https://schemas.acme.com/trade.json',
          ...withProperties({ x: { $ref: 'money.json#amount' }, y: { $ref: '#amount' }, z: { $ref: 'money.json' } }),
          $defs: {
            mine: { $anchor: 'amount', type: 'string' },
            money: {
              $id: 'https://schemas.acme.com/money.json',
              $ref: '#/$defs/sum',
              $defs: {
                sum: { type: 'object', properties: { of: { $ref: '#amount' } } },
                a: { $anchor: 'amount', type: 'number' },
              },
            },
          },
        },
      },
    ],
    [
      'relative to its $id, where no file is',
      {
        schema: { $id: 'https://schemas.acme.com/v1/a.json', ...property({ $ref: '../money.json' }) },
        files: { 'schemas/cash.json': '{ "$id": "https://schemas.acme.com/money.json", "type": "string" }' },
      },
    ],
    [
      'bundled into another file',
      {
        schema: property({ $ref: 'https://schemas.acme.com/money.json' }),
        files: {
          'schemas/all.json':
            '{ "$defs": { "m": { "$id": "https://schemas.acme.com/money.json", "type": "string" } } }',
        },
      },
    ],
    [
      '$schema with a final #',
      { schema: { $schema: 'https://json-schema.org/draft/2020-12/schema#', ...GOOD_SCHEMA } },
    ],
    [
      'annotations',
      {
        schema: property({
          type: 'string',
          title: 't',
          description: 'd'.repeat(5000),
          default: '',
          deprecated: true,
          readOnly: true,
          writeOnly: false,
          $comment: 'c',
          examples: ['x'],
        }),
      },
    ],
    ['keywords of their own tools', { schema: property({ type: 'string', 'x-team': { a: [1] } }) }],
    [
      'properties called like keywords',
      {
        schema: withProperties({
          id: { type: 'string' },
          type: { type: 'string' },
          items: { type: 'array' },
          $ref: { type: 'string' },
          $id: { type: 'string' },
          required: true,
        }),
      },
    ],
    ...[
      'uuid',
      'date-time',
      'date',
      'time',
      'duration',
      'email',
      'uri',
      'uri-reference',
      'hostname',
      'ipv4',
      'ipv6',
      'json-pointer',
      'regex',
      'int32',
      'int64',
      'float',
      'double',
    ].map(
      (format) =>
        [
          `format ${format}`,
          { schema: property({ type: /int|float|double/.test(format) ? 'number' : 'string', format }) },
        ] as const,
    ),
    ['tabs', { schema: JSON.stringify(GOOD_SCHEMA, null, '\t') }],
    ['CRLF', { schema: JSON.stringify(GOOD_SCHEMA, null, 2).replaceAll('\n', '\r\n') }],
    ['a BOM', { schema: `\uFEFF${JSON.stringify(GOOD_SCHEMA)}\n` }],
    ['spaces in odd places', { schema: JSON.stringify(GOOD_SCHEMA).replaceAll(/[{:,]/g, (char) => `\n ${char} \n\t`) }],
    ['a routes file with CRLF', { routes: GOOD_ROUTE.replaceAll('\n', '\r\n') }],
    ['a routes file with a BOM', { routes: `\uFEFF${GOOD_ROUTE}` }],
    ['a routes file without a last line end', { routes: GOOD_ROUTE.trimEnd() }],
    [
      'a routes file in JSON',
      {
        routes: JSON.stringify(
          { version: 1, routes: { a: { event: 'e', schema: '../schemas/a.json', target: 'broadcast' } } },
          null,
          '\t',
        ),
      },
    ],
    ['a long description', { routes: `${GOOD_ROUTE}    description: >\n      ${'A word. '.repeat(200)}\n` }],
    ['Persian text', { routes: `${GOOD_ROUTE}    description: وضعیت می\u200cشود\n` }],
    ['recursion', { schema: property({ type: 'array', items: { $ref: '#' } }) }],
    [
      'a schema beside the routes file',
      {
        routes: GOOD_ROUTE.replace('../schemas/a.json', 'b.json'),
        files: { 'config/b.json': JSON.stringify(GOOD_SCHEMA) },
      },
    ],
    [
      'an absolute $ref path inside its own folder',
      {
        schema: property({ $ref: './sub/../b.json#/$defs/x' }),
        files: { 'schemas/b.json': '{ "$defs": { "x": { "type": "string" } } }', 'schemas/sub/c.json': '{}' },
      },
    ],
    [
      'an $anchor',
      { schema: withProperties({ x: { $ref: '#x' } }, { $defs: { x: { $anchor: 'x', type: 'string' } } }) },
    ],
    [
      'an $anchor in another file',
      {
        schema: property({ $ref: 'b.json#x' }),
        files: { 'schemas/b.json': '{ "$defs": { "y": { "$anchor": "x", "type": "string" } } }' },
      },
    ],
    [
      'definitions',
      { schema: withProperties({ x: { $ref: '#/definitions/x' } }, { definitions: { x: { type: 'string' } } }) },
    ],
    [
      'a $ref with rules beside',
      { schema: withProperties({ x: { $ref: '#/$defs/x', minLength: 2 } }, { $defs: { x: { type: 'string' } } }) },
    ],
    ['a $ref into properties', { schema: property({ $ref: '#/properties/user_id' }) }],
    [
      'one of several required',
      {
        schema: withProperties(
          { x: { type: 'string' }, y: { type: 'string' } },
          { anyOf: [{ required: ['x'] }, { required: ['y'] }] },
        ),
      },
    ],
    [
      'a condition',
      {
        schema: withProperties(
          { x: { type: 'string' } },
          ifThen({ properties: { x: { const: 'y' } } }, { required: ['z'] }),
        ),
      },
    ],
    ['no more properties', { schema: withProperties({}, { additionalProperties: false }) }],
    ['unevaluatedProperties', { schema: withProperties({}, { unevaluatedProperties: false }) }],
    ['a tuple', { schema: property({ type: 'array', prefixItems: [{ type: 'string' }], items: false }) }],
    [
      'uniqueItems over texts',
      { schema: property({ type: 'array', items: { type: ['string', 'integer'] }, uniqueItems: true }) },
    ],
    [
      'uniqueItems with a bound',
      { schema: property({ type: 'array', items: { type: 'object' }, uniqueItems: true, maxItems: 10 }) },
    ],
    [
      'types narrowed by allOf',
      { schema: property({ type: ['string', 'null'], allOf: [{ type: ['string', 'integer'] }] }) },
    ],
    [
      'a property that is named and matched',
      { schema: withProperties({}, { patternProperties: { '^user': { type: ['integer', 'string'] } } }) },
    ],
    ['null as well', { schema: property({ type: ['object', 'null'] }) }],
    ['true as schema', { schema: withProperties({ x: true }) }],
    ...[
      '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
      '^[a-z0-9]+(?:-[a-z0-9]+)*$',
      '^\\p{L}+$',
      '^https?://[^\\s/$.?#].[^\\s]*$',
      '^#[0-9A-F]{6}$',
    ].map((pattern) => [`pattern ${pattern}`, { schema: text(pattern) }] as const),
    ['good examples', { schema: withProperties({}, { examples: [{ user_id: 1 }, { user_id: '2', $id: 'x' }] }) }],
  ] as const
).map(([name, input]): Row => [name, input, []]);
