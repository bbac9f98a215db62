import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean } from '../../src/schema/did-you-mean.ts';
import { valueAt } from '../../src/schema/json.ts';
import { linearPattern, patternProblem } from '../../src/schema/pattern.ts';
import { parsePath } from '../../src/schema/pointer.ts';
import { compileShape } from '../../src/schema/shape.ts';
import { SLACK_MS } from '../support/slack.ts';

function toPointer(path: readonly string[]): string {
  return path.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

describe('did you mean', () => {
  const keys = ['event', 'schema', 'target', 'user', 'users', 'map', 'audience'];
  test.each([
    ['evnt', 'event'],
    ['Event', 'event'],
    ['usr', 'user'],
    ['userss', 'users'],
    ['audiance', 'audience'],
    ['mop', 'map'],
    ['xyz', undefined],
    ['', undefined],
    ['evnttt', undefined],
    ['e'.repeat(10_000), undefined],
  ])('%s', (word, meant) => {
    expect(didYouMean(word, keys)).toBe(meant);
  });

  test('nothing beyond the given distance', () => {
    expect(didYouMean('AUTH_SERVICE_XXXX', ['AUTH_SERVICE_ADDR'])).toBe('AUTH_SERVICE_ADDR');
    expect(didYouMean('AUTH_SERVICE_XXXX', ['AUTH_SERVICE_ADDR'], 2)).toBeUndefined();
  });

  test('nothing of nothing', () => {
    expect(didYouMean('event', [])).toBeUndefined();
  });
});

describe('a pointer', () => {
  test.each([
    ['', []],
    ['/', ['']],
    ['/a/0', ['a', '0']],
    ['/a~1b/~0', ['a/b', '~']],
    ['/~01', ['~1']],
  ])('%j', (pointer, path) => {
    expect(parsePath(pointer)).toEqual(path);
    expect(toPointer(path)).toBe(pointer);
  });

  test('is the inverse for any path', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '/', '~', '0', '1') })), (path) => {
        expect(parsePath(toPointer(path))).toEqual(path);
      }),
    );
  });

  test.each([
    [{ a: { b: 1 } }, ['a', 'b'], 1],
    [{ a: [7, 8] }, ['a', '1'], 8],
    [{ a: [7] }, ['a', 'length'], undefined],
    [{ a: 'text' }, ['a', 'length'], undefined],
    [{}, ['constructor'], undefined],
    [{}, ['__proto__'], undefined],
    [[], ['map'], undefined],
    [null, ['a'], undefined],
    [5, [], 5],
  ])('into %j by %j', (value, path, found) => {
    expect(valueAt(value, path)).toBe(found);
  });
});

describe('a pattern', () => {
  test.each([
    ['^[a-z]+$', undefined],
    ['^(a|b)*c$', undefined],
    ['^\\d{4}-\\d{2}$', undefined],
    ['^[\\p{L}\\p{N}]+$', undefined],
    ['(?<year>\\d)', undefined],
    ['(', 'is no regular expression'],
    ['\\-', 'is no regular expression'],
    ['(?!a)', 'cannot be run in linear time'],
    ['(?<=a)b', 'cannot be run in linear time'],
    ['(a)\\1', 'cannot be run in linear time'],
    ['^(a{1000}){1000}$', 'cannot be run in linear time'],
    ['^(a+)+$', 'takes exponential time'],
    ['^(a*)*$', 'takes exponential time'],
    ['^(\\w+\\s?)+$', 'takes exponential time'],
    ['a'.repeat(1001), 'is longer than 1000 characters'],
    ['a'.repeat(1000), undefined],
  ])('%s', (pattern, problem) => {
    expect(patternProblem(pattern) ?? 'none').toContain(problem ?? 'none');
  });

  test('means what it means in JavaScript, for ASCII', () => {
    const patterns = [
      '^a$',
      'a',
      '^[^a]$',
      '^\\w+$',
      '^\\W+$',
      '^\\d*$',
      '\\bab',
      '^(a|b)+?$',
      '^a{2,3}$',
      '^.+$',
      '[\\w-]',
      '^\\x41',
      '\\u0042',
      '^[ -~]*$',
    ];
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', '1', '-', ' ', '_', '\n', '.') });
    fc.assert(
      fc.property(fc.constantFrom(...patterns), texts, (pattern, text) => {
        expect([pattern, text, linearPattern(pattern).test(text)]).toEqual([
          pattern,
          text,
          new RegExp(pattern, 'u').test(text),
        ]);
      }),
      { numRuns: 2000 },
    );
  });

  test('takes time by the length of the text only', () => {
    const start = performance.now();
    expect(linearPattern('^(a+)+$').test(`${'a'.repeat(50_000)}b`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(SLACK_MS);
  });
});

describe('the shape of a value', () => {
  const judge = compileShape({
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    propertyNames: { pattern: '^[a-z]+$' },
    properties: {
      name: { description: 'What it is called.', type: 'string', minLength: 2 },
      list: { type: 'array', uniqueItems: true, items: { type: 'integer' } },
      deep: { type: 'object', additionalProperties: false, properties: { a: { type: 'boolean' } } },
    },
  });
  test.each([
    [{ name: 'ab' }, []],
    [{}, ['missing-key  key "name" is missing. What it is called.']],
    [null, ['wrong-value  expected a map with the keys name, found nothing']],
    [[], ['wrong-value  expected a map with the keys name, found an empty list']],
    [{ name: 5 }, ['wrong-value /name found the number 5 (quote it to make it text). What it is called.']],
    [{ name: true }, ['wrong-value /name found the boolean true (quote it to make it text). What it is called.']],
    [{ name: '' }, ['wrong-value /name found "". What it is called.']],
    [{ name: {} }, ['wrong-value /name found an empty map. What it is called.']],
    [{ name: { a: 1 } }, ['wrong-value /name found a map with a. What it is called.']],
    [{ name: ['a'] }, ['wrong-value /name found a list. What it is called.']],
    [{ name: 'ab', list: [1, 2, 1] }, ['wrong-value /list/2 stands in the list already, as item 1; keep one of them']],
    [{ name: 'ab', list: ['x'] }, ['wrong-value /list/0 found "x". must be integer']],
    [{ name: 'ab', deep: { b: 1 } }, ['unknown-key /deep/b unknown key "b"; allowed here: a. Did you mean "a"?']],
    [{ name: 'ab', deep: { far: 1 } }, ['unknown-key /deep/far unknown key "far"; allowed here: a.']],
    [
      { name: 'ab', nam: 1, X: 2 },
      [
        'wrong-value /X name "X" is not allowed. property name must be valid',
        'unknown-key /X unknown key "X"; allowed here: name, list, deep.',
        'unknown-key /nam unknown key "nam"; allowed here: name, list, deep. Did you mean "name"?',
      ],
    ],
  ])('%j', (value, told) => {
    expect(
      judge(value)
        .map(({ kind, path, message }) => `${kind} ${toPointer(path)} ${message}`)
        .sort(),
    ).toEqual([...told].sort());
  });

  test('is made of a schema only', () => {
    expect(() => compileShape('schema')).toThrow(TypeError);
  });
});
