import { writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFinding } from '../../src/config/text/findings.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { readYaml } from '../../src/config/text/yaml-document.ts';
import { GOOD_SCHEMA, plant, treeOf } from './tree.ts';

const oneOfAll = (...lists: readonly string[][]): fc.Arbitrary<string> => fc.constantFrom(...lists.flat());

// Whatever stands in a file, loading it ends with a config or with findings that can be printed.

function judge(root: string): void {
  const { config, findings } = loadRoutes(`${root}/config/routes.yaml`);
  const refused = findings.some(({ severity }) => severity === 'error');
  expect(config === undefined).toBe(refused);
  for (const finding of findings) {
    expect(finding.at?.line ?? 1).toBeGreaterThan(0);
    expect(finding.at?.column ?? 1).toBeGreaterThan(0);
    expect(formatFinding(finding)).not.toMatch(/\p{Cc}/u);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
}

const YAML_PIECES = oneOfAll(
  [
    'version: 1',
    'routes:',
    'a:',
    'event: x',
    'schema: ../schemas/a.json',
    'target: broadcast',
    'target: { user: user_id }',
  ],
  [
    '\n',
    '\n  ',
    '\n    ',
    '\n\t',
    ' ',
    '- ',
    '? ',
    ': ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '|\n',
    '>-\n',
    '#',
    '&a ',
    '*a',
    '!x ',
    '!!map ',
    '<<: ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '~',
    '\u0007',
    '\u2028',
    '__proto__: ',
    'é',
  ],
);
const YAML_TEXTS = fc.array(YAML_PIECES, { maxLength: 30 }).map((pieces) => pieces.join(''));

const KEYS = fc.oneof(
  fc.constantFrom(
    'version',
    'routes',
    'envelope',
    'traceparent',
    'a',
    'event',
    'schema',
    'target',
    'user',
    'users',
    'map',
    'omit',
    'channel',
    'audience',
    '__proto__',
    'constructor',
    '7',
  ),
  fc.string(),
);
const VALUES = fc.oneof(
  fc.constantFrom<unknown>(
    1,
    0,
    null,
    true,
    'broadcast',
    'user_id',
    'user_id?',
    '/a/b',
    '../schemas/a.json',
    '..',
    'connect',
    'anyone',
    'o:*',
    '',
    [],
  ),
  fc.string({ unit: 'binary' }),
);
const MAPS = fc.letrec<{ map: unknown }>((tie) => ({
  map: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    VALUES,
    fc.array(tie('map'), { maxLength: 4 }),
    fc.dictionary(KEYS, tie('map'), { maxKeys: 6 }),
  ),
})).map;

const KEYWORDS = oneOfAll(
  [
    '$schema',
    '$id',
    '$ref',
    '$anchor',
    '$defs',
    'type',
    'properties',
    'required',
    'items',
    'prefixItems',
    'allOf',
    'anyOf',
    'oneOf',
    'not',
    'if',
    'then',
    'else',
    'enum',
    'const',
  ],
  [
    'pattern',
    'patternProperties',
    'format',
    'minLength',
    'uniqueItems',
    'additionalProperties',
    'unevaluatedProperties',
    'dependentSchemas',
    'dependentRequired',
    'contains',
    'minContains',
    'propertyNames',
    'examples',
    'default',
    'x-a',
    'typo',
    'user_id',
  ],
);
const KEYWORD_VALUES = fc.constantFrom<unknown>(
  'string',
  'object',
  'int',
  ['user_id'],
  ['integer', 'null'],
  {},
  [],
  true,
  false,
  1,
  -1,
  1.5,
  null,
  '#',
  '#/$defs/user_id',
  '#x',
  'x',
  'a.json',
  'b.json',
  'http://localhost:9/x',
  'a%zz',
  '%',
  '(',
  '^(a+)+$',
  '^a$',
  'uuid',
  'https://json-schema.org/draft/2020-12/schema',
);
const SCHEMAS = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    KEYWORD_VALUES,
    fc.array(tie('schema'), { maxLength: 3 }),
    fc.dictionary(KEYWORDS, tie('schema'), { maxKeys: 6 }),
  ),
})).schema;

describe('whatever stands in', () => {
  test('a text, reading it as YAML never throws', () => {
    fc.assert(
      fc.property(fc.oneof(YAML_TEXTS, fc.string({ unit: 'binary' })), (text) => {
        const { document, findings } = readYaml('f', text);
        expect(document !== undefined || findings.length > 0).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['a routes file of YAML pieces', YAML_TEXTS],
    ['a routes file of any characters', fc.string({ unit: 'binary' })],
    ['a routes file of keys and values in any order', MAPS.map((map) => JSON.stringify(map))],
    ['a route of keys and values in any order', MAPS.map((map) => JSON.stringify({ version: 1, routes: { a: map } }))],
  ])('%s, loading it never throws', (_, texts) => {
    const root = plant(treeOf({}));
    fc.assert(
      fc.property(texts, (text) => {
        writeFileSync(`${root}/config/routes.yaml`, text);
        judge(root);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a schema of any characters', fc.string({ unit: 'binary' })],
    ['a schema of keywords and values in any order', SCHEMAS.map((schema) => JSON.stringify(schema))],
    [
      'a property of keywords and values in any order',
      SCHEMAS.map((user_id) => JSON.stringify({ ...GOOD_SCHEMA, properties: { user_id } })),
    ],
  ])('%s, loading it never throws', (_, texts) => {
    const root = plant(treeOf({ files: { 'schemas/b.json': '{ "$defs": { "user_id": { "$ref": "a.json" } } }' } }));
    fc.assert(
      fc.property(texts, (text) => {
        writeFileSync(`${root}/schemas/a.json`, text);
        judge(root);
      }),
      { numRuns: 1000 },
    );
  });

  test('the name of a schema file, a reference finds it', () => {
    const names = fc.string({
      unit: fc.constantFrom(...'ab é#?%&+$@=;,~()[]!\'*"<>|\\^`{}.-_'.split(''), '%41', '%2e', '😀'),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(names, names, (folder, name) => {
        const path = `sub/x${folder}/x${name}.json`;
        // Some stand in a URL as they are.
        const reference = path
          .split('/')
          .map(encodeURIComponent)
          .join('/')
          .replaceAll(/%(24|26|2B|2C|3B|3D|40)/g, decodeURIComponent);
        const root = plant({
          ...treeOf({ schema: { ...GOOD_SCHEMA, properties: { user_id: { $ref: reference } } } }),
          [`schemas/${path}`]: '{ "type": "integer" }',
        });
        const { config, findings } = loadRoutes(`${root}/config/routes.yaml`);
        expect(findings).toEqual([]);
        expect(config?.routes[0]?.check({ user_id: 1 })).toBeUndefined();
        expect(config?.routes[0]?.check({ user_id: 'x' })).toContain('must be integer');
      }),
    );
  });
});
