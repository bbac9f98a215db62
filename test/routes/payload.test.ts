import { describe, expect, test } from 'vitest';
import { parseField } from '../../src/config/routes/field.ts';
import { compileShaping } from '../../src/routes/payload.ts';

const PUBLISHED =
  '{ "id": 9007199254740993,\n  "price": 1.0, "b": 1, "a": "\\u00e9\\/<b>", "data": { "x": 1e2, "y": [ 1 , {"z":-0} ] } }';

function mapped(fields: Record<string, string>, text = PUBLISHED): string {
  const pairs = Object.entries(fields).map(([name, field]) => [name, parseField(field)] as const);
  return compileShaping({ kind: 'map', fields: new Map(pairs) })(text);
}

function omitted(fields: readonly string[], text = PUBLISHED): string {
  return compileShaping({ kind: 'omit', fields: fields.map(parseField) })(text);
}

describe('a payload without map and omit', () => {
  test('is the text as published', () => {
    expect(compileShaping({ kind: 'as-published' })(PUBLISHED)).toBe(PUBLISHED);
  });
});

describe('a mapped payload', () => {
  test.each([
    ['a number beyond 2^53', { user_id: 'id' }, '{"user_id":9007199254740993}'],
    ['a number as it was written', { p: 'price', x: '/data/x' }, '{"p":1.0,"x":1e2}'],
    ['a text with its escapes', { a: 'a' }, '{"a":"\\u00e9\\/<b>"}'],
    ['an object with its spacing', { inner: 'data' }, '{"inner":{ "x": 1e2, "y": [ 1 , {"z":-0} ] }}'],
    ['a place in a list', { z: '/data/y/1/z' }, '{"z":-0}'],
    ['one field twice', { one: 'b', two: 'b' }, '{"one":1,"two":1}'],
    ['names that need escapes', { '"\n': 'b' }, '{"\\"\\n":1}'],
    ['fields in the order of the map', { second: 'b', first: 'a' }, '{"second":1,"first":"\\u00e9\\/<b>"}'],
    ['absent fields left out', { gone: 'nothing', b: 'b', deep: '/data/q/r' }, '{"b":1}'],
    ['nothing of what is absent', { gone: 'nothing' }, '{}'],
  ])('has %s', (_, fields, payload) => {
    expect(mapped(fields)).toBe(payload);
  });

  test('has the whole message where the pointer is empty in a member', () => {
    expect(mapped({ '': '/' }, '{"":7}')).toBe('{"":7}');
  });
});

describe('a payload with omissions', () => {
  test.each([
    ['a field', ['b'], PUBLISHED.replace('"b": 1, ', '')],
    ['the first field', ['id'], PUBLISHED.replace('"id": 9007199254740993,\n  ', '')],
    ['the last field', ['data'], PUBLISHED.replace(/, "data".*(?= }$)/, '')],
    ['a field within', ['/data/x'], PUBLISHED.replace('"x": 1e2, ', '')],
    ['two fields', ['a', '/data/y'], PUBLISHED.replace('"a": "\\u00e9\\/<b>", ', '').replace(/, "y": .*?] /, ' ')],
  ])('lacks %s and is otherwise as published', (_, fields, payload) => {
    expect(omitted(fields)).toBe(payload);
    expect(omitted(fields)).not.toBe(PUBLISHED);
  });

  test('is as published where nothing is there to omit', () => {
    expect(omitted(['gone', '/data/gone', '/price/gone'])).toBe(PUBLISHED);
  });
});
