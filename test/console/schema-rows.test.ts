import { describe, expect, test } from 'vitest';
import { schemaRows } from '../../console/src/schema/rows.ts';

/** Rows as lines, for those who read the test. */
function lines(schema: unknown, root: unknown = schema): string[] {
  return schemaRows(schema, root).map(({ path, need = '', type, description = '', rules }) =>
    [path, need, type, description, rules.join('; ')].join(' | '),
  );
}

describe('the rows of a schema', () => {
  test('show type, need, meaning and rules of each field', () => {
    const schema = {
      type: 'object',
      required: ['id'],
      properties: {
        id: { description: 'Which one.', type: ['integer', 'string'], minimum: 1, pattern: '^[1-9]' },
        at: { type: 'string', format: 'date-time' },
        status: { enum: ['on', 'off'] },
        note: { title: 'A note', type: ['string', 'null'], minLength: 1, maxLength: 80 },
      },
    };
    expect(lines(schema)).toEqual([
      'id | required | integer or string | Which one. | ≥ 1; text matches ^[1-9]',
      'at | optional | string (date-time) |  | ',
      'status | optional |  |  | one of "on", "off"',
      'note | optional | string or null | A note | at least 1 character; at most 80 characters',
    ]);
  });

  test('lead into objects, lists, tuples and maps', () => {
    const schema = {
      type: 'object',
      properties: {
        data: { type: 'object', required: ['ids'], properties: { ids: { type: 'array', items: { type: 'integer' } } } },
        pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
        oldPair: { type: 'array', items: [{ type: 'string' }], additionalItems: { type: 'number' } },
        counts: { type: 'object', additionalProperties: { type: 'integer' } },
        extra: { type: 'object', patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false },
      },
    };
    expect(lines(schema).map((line) => line.split(' |')[0])).toEqual(
      'data data.ids data.ids[] pair pair[0] pair[1] oldPair oldPair[0] oldPair[] counts counts.* extra extra./^x-/'.split(
        ' ',
      ),
    );
    expect(lines(schema)).toContain('data.ids | required | array |  | ');
    expect(lines(schema)).toContain('extra | optional | object |  | no other properties');
  });

  test('follow $ref and allOf, and say what holds together', () => {
    const root = {
      type: 'object',
      required: ['owner'],
      properties: { owner: { description: 'Who has it.', $ref: '#/$defs/id' }, both: { $ref: '#/$defs/a~1b' } },
      $defs: {
        id: { description: 'An id.', type: ['integer', 'string'], minimum: 1 },
        'a/b': { allOf: [{ type: ['integer', 'null'], maximum: 9 }, { $ref: '#/$defs/id' }] },
      },
    };
    expect(lines(root)).toEqual([
      'owner | required | integer or string | Who has it. | ≥ 1',
      'both | optional | integer | An id. | ≤ 9; ≥ 1',
    ]);
  });

  test('show alternatives one by one, by their titles where they have one', () => {
    const schema = {
      oneOf: [
        { title: 'Sale', type: 'object', required: ['price'], properties: { price: { type: 'number' } } },
        { type: 'string', const: 'gift' },
      ],
    };
    expect(lines(schema)).toEqual([
      ' |  | one of these |  | ',
      '(one of: Sale) |  | object | Sale | ',
      '(one of: Sale).price | required | number |  | ',
      '(one of: 2) |  | string |  | always "gift"',
    ]);
  });

  test('end where a schema comes back to itself', () => {
    const root = {
      type: 'object',
      properties: { name: { type: 'string' }, parts: { type: 'array', items: { $ref: '#/$defs/Part' } } },
      $defs: { Part: { type: 'object', properties: { inner: { $ref: '#/$defs/Part' } } } },
    };
    expect(lines(root)).toEqual([
      'name | optional | string |  | ',
      'parts | optional | array |  | ',
      'parts[] |  | object |  | ',
      'parts[].inner | optional |  |  | the same again as Part',
    ]);
  });

  test('end where a schema doubles with each step', () => {
    const defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `d${i}`,
        { type: 'object', properties: { a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } } },
      ]),
    );
    const rows = schemaRows({ $ref: '#/$defs/d0' }, { $defs: defs });
    expect(rows.length).toBeLessThan(500);
    expect(rows.at(-1)).toMatchObject({ rules: ['more in the JSON'] });
  });

  test('show keywords that have no words as they are, so that nothing is kept from the reader', () => {
    const schema = { type: 'object', dependentRequired: { a: ['b'] }, if: { required: ['a'] } };
    expect(lines(schema)).toEqual([' |  | object |  | dependentRequired: {"a":["b"]}; if: {"required":["a"]}']);
  });

  test.each([[true], [{}], [null]])('of %j are one that allows anything', (schema) => {
    expect(lines(schema)).toEqual([' |  | anything |  | ']);
  });

  test('of false allow nothing', () => {
    expect(lines({ type: 'object', properties: { a: false } })).toEqual(['a | optional | nothing |  | ']);
  });
});
