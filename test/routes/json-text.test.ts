import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sliceAt, without } from '../../src/routes/json-text.ts';
import { nameOf, placesIn, spacing, tree, write, written, type Tree } from './json-document.ts';

const RUNS = { numRuns: 500 };

describe('a value cut from the text', () => {
  test('is the text at that place, byte for byte, at every place of any text', () => {
    fc.assert(
      fc.property(tree, spacing, (document, spaces) => {
        const text = write(document, spaces);
        for (const [path, value] of placesIn(document)) expect(sliceAt(text, path)).toBe(written(value, spaces));
      }),
      RUNS,
    );
  });

  test.each([
    ['{"a":1.0}', ['a'], '1.0'],
    ['{"a":9007199254740993}', ['a'], '9007199254740993'],
    ['{ "a" : { "b" : [ 1 , 2e0 ] } }', ['a'], '{ "b" : [ 1 , 2e0 ] }'],
    ['{ "a" : { "b" : [ 1 , 2e0 ] } }', ['a', 'b', '1'], '2e0'],
    ['{"a":"\\u00e9}]"}', ['a'], '"\\u00e9}]"'],
    ['{"a":1,"a":2}', ['a'], '2'],
    ['{"\\u0061":1}', ['a'], '1'],
    [' 7 ', [], '7'],
  ])('of %s at %j is %s, byte for byte', (text, path, slice) => {
    expect(sliceAt(text, path)).toBe(slice);
  });

  test.each([
    ['{"a":1}', ['b']],
    ['{"a":1}', ['a', 'b']],
    ['{"a":"text"}', ['a', '0']],
    ['{"a":null}', ['a', 'b']],
    ['{}', ['constructor']],
    ['[]', ['0']],
    ['[1]', ['1']],
    ['[1]', ['-']],
    ['[1,2]', ['01']],
    ['[1]', ['1e0']],
    ['[1]', ['length']],
  ])('of %s at %j is nothing', (text, path) => {
    expect(sliceAt(text, path)).toBeUndefined();
  });
});

describe('a member taken out of the text', () => {
  test('leaves every other byte of any object as it was', () => {
    fc.assert(
      fc.property(tree, spacing, (document, spaces) => {
        const text = write(document, spaces);
        for (const name of namesIn(document)) expect(without(text, [name])).toBe(write(less(document, name), spaces));
      }),
      RUNS,
    );
  });

  test('leaves every other byte where it stood in an object within', () => {
    fc.assert(
      fc.property(tree, tree, tree, spacing, (before, document, after, spaces) => {
        const around = (inner: Tree): string =>
          write(
            object([
              ['"x"', before],
              ['"in"', inner],
              ['"y"', after],
            ]),
            spaces,
          );
        for (const name of namesIn(document))
          expect(without(around(document), ['in', name])).toBe(around(less(document, name)));
      }),
      RUNS,
    );
  });

  test.each([
    ['{"a":1}', ['a'], '{}'],
    ['{"a":1,"b":2}', ['a'], '{"b":2}'],
    ['{"a":1,"b":2}', ['b'], '{"a":1}'],
    ['{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', ['b'], '{\n  "a": 1,\n  "c": 3\n}'],
    ['{\n  "a": 1,\n  "b": 2\n}', ['b'], '{\n  "a": 1\n}'],
    ['{"a":1,"b":2,"a":3}', ['a'], '{"b":2}'],
    ['{"\\u0061":1,"b":2}', ['a'], '{"b":2}'],
    ['{"__proto__":1,"b":2}', ['__proto__'], '{"b":2}'],
    ['{"a":{"b":1,"c":[1,{"d":2}]}}', ['a', 'b'], '{"a":{"c":[1,{"d":2}]}}'],
    ['{"a":[{"b":1,"c":2}]}', ['a', '0', 'b'], '{"a":[{"c":2}]}'],
  ])('of %s at %j leaves %s', (text, path, left) => {
    expect(without(text, path)).toBe(left);
  });

  test.each([
    ['{ "a" : 1 }', ['b']],
    ['{ "a" : 1 }', ['a', 'b']],
    ['[ 1, 2 ]', ['0']],
    ['{ }', ['a']],
    ['7', ['a']],
    ['{ "a" : 1 }', []],
  ])('that does not exist leaves %s unchanged (%j)', (text, path) => {
    expect(without(text, path)).toBe(text);
  });
});

function object(members: readonly (readonly [string, Tree])[]): Tree {
  return { kind: 'object', members };
}

function namesIn(document: Tree): Set<string> {
  return new Set(document.kind === 'object' ? document.members.map(([key]) => nameOf(key)) : []);
}

function less(document: Tree, name: string): Tree {
  if (document.kind !== 'object') return document;
  return object(document.members.filter(([key]) => nameOf(key) !== name));
}
