import { describe, expect, test } from 'vitest';
import { areDisjoint, isWithin, readWhen, whenText, writtenWhen } from '../../src/config/routes/when.ts';
import { compareField } from '../../src/schema/field-values.ts';
import { unrequiredComparisons } from '../../src/schema/unrequired.ts';

const A = { matches: { type: 'object' } };

describe('two short forms', () => {
  test.each([
    [{ a: 1 }, { a: 2 }, true],
    [{ a: 1 }, { a: '1' }, true],
    [{ a: [1, 2] }, { a: [3, 2] }, false],
    [{ a: 1 }, { b: 2 }, false],
    [{ a: 1, b: 1 }, { a: 1, b: 2 }, true],
    [{ a: 1 }, { '/a': 2 }, true],
    [{ '/a/b': 1 }, { '/a/b': [2, 3] }, true],
    [A, { a: 1 }, false],
    [A, A, false],
    [undefined, { a: 1 }, false],
  ])('%j and %j are disjoint: %s', (a, b, disjoint) => {
    expect(areDisjoint(readWhen(a), readWhen(b))).toBe(disjoint);
    expect(areDisjoint(readWhen(b), readWhen(a))).toBe(disjoint);
  });

  test.each([
    [{ a: 1 }, { a: [1, 2] }, true],
    [{ a: [1, 2] }, { a: 1 }, false],
    [{ a: 1, b: 1 }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 1 }, false],
    [{ a: 1 }, undefined, true],
    [undefined, { a: 1 }, false],
    [A, undefined, true],
    [A, { a: 1 }, false],
  ])('each message of %j is one of %j: %s', (a, b, within) => {
    expect(isWithin(readWhen(a), readWhen(b))).toBe(within);
  });

  test('are written as they were read', () => {
    const when = readWhen({ status: 'sold', '/a/b': [1, null], matches: false });
    if (when === undefined) throw new Error('no when');
    expect(writtenWhen(when)).toEqual({ status: 'sold', '/a/b': [1, null], matches: false });
    expect(whenText(when)).toBe('status is "sold" and /a/b is 1 or null and matches is false');
  });
});

function schemaOf(json: object) {
  const main = { uri: 'file:///a.json', json };
  return [main, new Map([[main.uri, main]])] as const;
}

const STATUS = { status: { enum: ['open', 'sold'] } };

describe('a field compared with the schema', () => {
  test.each([
    ['of a closed list', { required: ['status'], properties: STATUS }, 'status', ['sold'], 'sometimes'],
    ['all of the list', { required: ['status'], properties: STATUS }, 'status', ['sold', 'open'], 'always'],
    ['all of the list, not required', { properties: STATUS }, 'status', ['sold', 'open'], 'sometimes'],
    ['not of the list', { properties: STATUS }, 'status', ['gone'], 'never'],
    ['of another type', { properties: { n: { type: 'integer' } } }, 'n', ['7'], 'never'],
    ['of its type', { properties: { n: { type: 'integer' } } }, 'n', [7], 'sometimes'],
    ['a fraction where integers are', { properties: { n: { type: 'integer' } } }, 'n', [7.5], 'never'],
    ['not declared', { properties: STATUS }, 'kind', ['a'], 'sometimes'],
    ['not declared, and nothing else is', { properties: STATUS, additionalProperties: false }, 'kind', ['a'], 'never'],
    ['a constant', { required: ['v'], properties: { v: { const: 1 } } }, 'v', [1], 'always'],
    [
      'in one branch',
      { anyOf: [{ properties: { v: { const: 1 } } }, { properties: { v: { const: 2 } } }] },
      'v',
      [2],
      'sometimes',
    ],
    [
      'in no branch',
      { anyOf: [{ properties: { v: { const: 1 } } }, { properties: { v: { const: 2 } } }] },
      'v',
      [3],
      'never',
    ],
    ['in a branch that says nothing', { anyOf: [{ properties: { v: { const: 1 } } }, {}] }, 'v', [3], 'sometimes'],
    ['by a reference', { $ref: '#/$defs/x', $defs: { x: { properties: STATUS } } }, 'status', ['gone'], 'never'],
  ])('%s', (_, json, name, values, verdict) => {
    const [main, files] = schemaOf(json);
    expect(compareField(main, files, [name], values)).toBe(verdict);
  });

  test('below the first level is certain only where its parent is an object', () => {
    const item = { required: ['id'], properties: { id: { const: 7 } } };
    const verdict = (properties: object, required: readonly string[]) =>
      compareField(...schemaOf({ required, properties }), ['item', 'id'], [7]);
    expect(verdict({ item: { type: 'object', ...item } }, ['item'])).toBe('always');
    expect(verdict({ item: { type: 'object', ...item } }, [])).toBe('sometimes');
    expect(verdict({ item }, ['item'])).toBe('sometimes');
  });
});

const SOLD = { status: { const: 'sold' } };

describe('a comparison in the schema of when', () => {
  test.each<[string, object, string[]]>([
    ['required', { required: ['status'], properties: SOLD }, []],
    ['not required', { properties: SOLD }, ['/status required']],
    ['of a list, not required', { properties: { status: { enum: ['a'] } } }, ['/status required']],
    ['required by a part of allOf', { allOf: [{ required: ['status'] }], properties: SOLD }, []],
    ['in allOf, required around it', { required: ['status'], allOf: [{ properties: SOLD }] }, []],
    ['in anyOf, not required', { anyOf: [{ properties: SOLD }] }, ['/status required']],
    [
      'required in one branch of anyOf',
      { anyOf: [{ required: ['status'] }, { properties: SOLD }] },
      ['/status required'],
    ],
    ['in not', { not: { properties: SOLD } }, ['/status required']],
    ['in if', { if: { properties: SOLD }, else: false }, ['/status required']],
    [
      'below the first level, its parent not required',
      { properties: { item: { type: 'object', required: ['status'], properties: SOLD } } },
      ['/item required'],
    ],
    [
      'below the first level, its parent of any type',
      { required: ['item'], properties: { item: { required: ['status'], properties: SOLD } } },
      ['/item/status type'],
    ],
    [
      'below the first level, all said',
      { required: ['item'], properties: { item: { type: 'object', required: ['status'], properties: SOLD } } },
      [],
    ],
    ['by a reference', { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { const: 1 } } }, ['/a required']],
    ['of no value', { properties: { status: { type: 'string' } } }, []],
  ])('%s', (_, schema, found) => {
    const all = unrequiredComparisons(schema).map(({ property, lacks }) => `${property} ${lacks}`);
    expect(all).toEqual(found);
  });
});
