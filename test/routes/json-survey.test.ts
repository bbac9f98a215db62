import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repeatedKey, repeatsKey, survey } from '../../src/routes/json-survey.ts';
import { depthOf, keysOf, repeatsKeyIn, spacing, tree, write } from './json-document.ts';

const RUNS = { numRuns: 500 };

function surveyOf(text: string, maxDepth = Infinity, maxKeys = Infinity) {
  return survey(Buffer.from(text), maxDepth, maxKeys);
}

/** As a message is read: surveyed, parsed, and asked. */
function repeats(text: string): boolean {
  const found = surveyOf(text);
  if (typeof found === 'string') throw new Error('no limit was set');
  return repeatsKey(text, Object(JSON.parse(text)), found);
}

describe('more than a text may hold', () => {
  test('are brackets or keys, whatever strings contain', () => {
    fc.assert(
      fc.property(tree, spacing, fc.nat(6), fc.nat(12), (document, spaces, maxDepth, maxKeys) => {
        const excesses = [
          ...(depthOf(document) > maxDepth ? ['depth'] : []),
          ...(keysOf(document) > maxKeys ? ['keys'] : []),
        ];
        const found = surveyOf(write(document, spaces), maxDepth, maxKeys);
        // Of two the one that is met first.
        expect(excesses.length > 0 ? excesses : [keysOf(document)]).toContain(
          typeof found === 'string' ? found : found.members,
        );
      }),
      RUNS,
    );
  });

  test.each([5_000, 200_000])('are %i levels, seen without recursion', (levels) => {
    expect(surveyOf('['.repeat(levels) + ']'.repeat(levels), 64)).toBe('depth');
    expect(surveyOf('{"a":'.repeat(levels) + '1' + '}'.repeat(levels), 64)).toBe('depth');
  });

  test.each([1, 2, 50, 10_000])('are one key more than %i, as short as they can be', (most) => {
    const keys = (count: number): string => `{${Array.from({ length: count }, () => '"":0').join()}}`;
    expect(surveyOf(keys(most), 64, most)).toMatchObject({ members: most });
    expect(surveyOf(keys(most + 1), 64, most)).toBe('keys');
  });

  const fillings = ['x', '\\\\', '\\"', '\\\\\\"', ':{[', 'é', '\\u007b'];
  test.each(
    fillings.flatMap((filling) => [1, 40, 127, 128, 129, 255, 256, 257, 5000].map((times) => [filling, times])),
  )('is nothing in a text of %s, %i times', (filling, times) => {
    const text = `{"a":"${String(filling).repeat(Number(times))}","b":{}}`;
    expect(surveyOf(text, 2, 2)).toMatchObject({ members: 2 });
    expect(surveyOf(text, 1, 2)).toBe('depth');
    expect(surveyOf(text, 2, 1)).toBe('keys');
  });
});

const LONG = 'k'.repeat(5000);

describe('a key that its object has twice', () => {
  test.each([
    ['at the top', '{"a":1,"a":2}', ['a']],
    ['with equal values', '{"a":1,"a":1}', ['a']],
    ['far apart', '{"a":1,"b":{"c":[1,2,{"d":3}]},"a":2}', ['a']],
    ['in an object within', '{"x":{"a":1,"a":2}}', ['x', 'a']],
    ['in an object that is repeated', '{"x":{"a":1},"x":{"b":2}}', ['x']],
    ['in a list', '{"x":[0,[1],{"a":1,"a":2}]}', ['x', '2', 'a']],
    ['in a list in a list', '[[],[{"a":1,"b":0,"a":2}]]', ['1', '0', 'a']],
    ['once escaped', '{"a":1,"\\u0061":2}', ['a']],
    ['escaped in two ways', '{"\\u00e9":1,"\\u00E9":2}', ['é']],
    ['escaped as a surrogate pair', '{"😀":1,"\\ud83d\\ude00":2}', ['😀']],
    ['that is a lone surrogate', '{"\\ud800":1,"\\uD800":2}', ['\ud800']],
    ['with an escaped slash', '{"a/b":1,"a\\/b":2}', ['a/b']],
    ['that is a quote', '{"\\"":1,"\\u0022":2}', ['"']],
    ['that is a backslash', '{"\\\\":1,"\\u005c":2}', ['\\']],
    ['with spacing before the colon', '{"a" :1,"a"\n\t:2}', ['a']],
    ['__proto__', '{"__proto__":{},"__proto__":1}', ['__proto__']],
    ['constructor', '{"constructor":1,"constructor":2}', ['constructor']],
    ['the empty one', '{"":1,"":2}', ['']],
    ['a number', '{"0":1,"0":2}', ['0']],
    ['a very long one', `{"${LONG}":1,"${LONG}":2}`, [LONG]],
    ['a very long one, once escaped at its end', `{"${LONG}a":1,"${LONG}\\u0061":2}`, [`${LONG}a`]],
  ])('is seen, %s', (_, text, path) => {
    expect(repeats(text)).toBe(true);
    expect(repeatedKey(text)).toEqual(path);
  });

  test.each([
    ['of different case', '{"a":1,"A":2}'],
    ['of different normal form', '{"\u00e9":1,"e\u0301":2}'],
    ['in two objects', '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}'],
    ['as key and as text', '{"a":"a","b":"a"}'],
    ['in texts that look like keys', '{"a":"\\"a\\":1","b":":,:","c":"\\\\"}'],
    ['padded', '{"0":1,"00":2,"":3," ":4}'],
    ['escaped in another way than the one before', '{"h":[],"\\\\":0,"\\"":1,"\\n":2,"\\r":3,"n":4}'],
    ['that are prototypes', '{"__proto__":{"a":1},"constructor":{"a":1},"a":1}'],
    ['long and alike', `{"${LONG}":1,"${LONG}x":2}`],
  ])('is not seen in keys %s', (_, text) => {
    expect(repeats(text)).toBe(false);
    expect(repeatedKey(text)).toBeUndefined();
  });

  test('is seen in any text that has one, and in no other', () => {
    fc.assert(
      fc.property(tree, spacing, (document, spaces) => {
        // Objects and lists only are asked.
        const text = `[${write(document, spaces)}]`;
        expect(repeats(text)).toBe(repeatsKeyIn(document));
        expect(repeatedKey(text) !== undefined).toBe(repeatsKeyIn(document));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['plain', 100_000, (index: number) => `"k${index}"`],
    ['numbers', 100_000, (index: number) => `"${index * 65_536}"`],
    ['escaped', 100_000, (index: number) => `"\\u006b${index}"`],
    ['of one long beginning', 30_000, (index: number) => `"${'k'.repeat(257)}${index}"`],
  ])('is found among many keys, %s, without comparing all pairs', (_, count, key) => {
    const text = `{${Array.from({ length: count }, (_, index) => `${key(index)}:0`).join()}}`;
    const start = performance.now();
    expect(repeats(text)).toBe(false);
    // A tenth of a second alone; all pairs of 100,000 would take ten times the slack.
    expect(performance.now() - start).toBeLessThan(SLACK_MS);
  });
});

const SLACK_MS = 3000;
