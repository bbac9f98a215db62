import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { withoutIdentifiers } from '../../src/schema/identifiers.ts';
import { createPayloadSchemas } from '../../src/schema/payload-schemas.ts';

const BUNDLE = {
  $id: 'https://schemas.acme.com/trade.json',
  type: 'object',
  properties: {
    whole: { $ref: 'money.json' },
    anchor: { $ref: 'money.json#amount' },
    mine: { $ref: '#amount' },
    place: { $ref: 'https://schemas.acme.com/money.json#/$defs/a~b' },
    own: { $ref: 'https://schemas.acme.com/trade.json#/$defs/mine' },
    inner: { $ref: 'v2/deep.json' },
  },
  $defs: {
    mine: { $anchor: 'amount', type: 'string' },
    money: {
      $id: 'https://schemas.acme.com/money.json',
      allOf: [{ $ref: '#/$defs/sum' }],
      $defs: {
        sum: { type: 'object', properties: { of: { $ref: '#amount' }, again: { $ref: '#' } } },
        a: { $anchor: 'amount', type: 'number' },
        'a~b': { type: 'boolean' },
        deep: {
          $id: 'v2/deep.json',
          anyOf: [{ $ref: '../money.json#amount' }, { $ref: '#/$defs/x' }],
          $defs: { x: { type: 'null' } },
        },
      },
    },
  },
  // Not a schema: stays as it is.
  default: { $ref: 'money.json', $id: 'money.json' },
};

const VALUES = [1, 'text', true, null, {}, { of: 1 }, { of: 'text' }, { again: { of: 1 } }, { again: { of: 'x' } }];

test('a bundle says the same when its references are plain', () => {
  const file = withoutIdentifiers(
    { uri: 'file:///schemas/trade.json', json: BUNDLE },
    { exists: () => false, find: () => undefined },
  );
  const { check, findings } = createPayloadSchemas().compile(file, new Map([[file.uri, file]]));
  expect(findings).toEqual([]);
  expect(file.json).toHaveProperty('default', BUNDLE.default);

  const reference = new Ajv2020({ strict: false }).compile(BUNDLE);
  const messages = Object.keys(BUNDLE.properties).flatMap((name) => VALUES.map((value) => ({ [name]: value })));
  const invalid = messages.filter((message) => !reference(message));
  expect(invalid.length).toBeGreaterThan(20);
  expect(messages.filter((message) => check?.(message) !== undefined)).toEqual(invalid);
});

test('a file without identifiers is returned unchanged', () => {
  const file = {
    uri: 'file:///schemas/a.json',
    json: { $id: 'a', properties: { x: { $ref: 'b.json' }, y: { $ref: '#/x' } } },
  };
  expect(withoutIdentifiers(file, { exists: () => true, find: () => undefined })).toBe(file);
});
