import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseField, parseTargetField } from '../../src/config/routes/field.ts';
import {
  firstFindings,
  formatFinding,
  inFileOrder,
  MOST_FINDINGS,
  type Finding,
} from '../../src/config/text/findings.ts';
import { readJson } from '../../src/config/text/json-document.ts';
import { MAX_NESTING, tooDeepAt } from '../../src/config/text/nesting.ts';
import { positionsIn } from '../../src/config/text/text-position.ts';
import { readYaml, type YamlPlaces } from '../../src/config/text/yaml-document.ts';

const finding = (over: Partial<Finding>): Finding => ({
  code: 'syntax',
  severity: 'error',
  file: 'f',
  message: 'm',
  ...over,
});

describe('a field', () => {
  test.each([
    ['user_id', ['user_id'], false],
    ['user_id?', ['user_id'], true],
    ['/data/user_id', ['data', 'user_id'], false],
    ['/data/user_id?', ['data', 'user_id'], true],
    ['data/user_id', ['data/user_id'], false],
    ['data.user_id', ['data.user_id'], false],
    ['/a~1b/c~0d', ['a/b', 'c~d'], false],
    ['/a~01', ['a~1'], false],
    ['/', [''], false],
    ['/a?/b', ['a?', 'b'], false],
    ['a??', ['a?'], true],
  ])('of a target: %s', (text, path, optional) => {
    expect(parseTargetField(text)).toEqual({ text, path, optional });
  });

  test.each([
    ['user_id?', ['user_id?']],
    ['/data/0', ['data', '0']],
  ])('of map and omit has no mark for absence: %s', (text, path) => {
    expect(parseField(text)).toEqual({ text, path, optional: false });
  });
});

describe('a finding', () => {
  test.each([
    [{}, 'f  error  m  [syntax]'],
    [{ at: { line: 2, column: 3 } }, 'f:2:3  error  m  [syntax]'],
    [{ at: { line: 2, column: 3 }, route: 'a', severity: 'warning' }, 'f:2:3  warning  route "a": m  [syntax]'],
    [{ message: 'a\nb\u001b[31m\u009b\u202e\u2028' }, 'f  error  a\\u000ab\\u001b[31m\\u009b\\u202e\\u2028  [syntax]'],
    [{ message: 'می\u200cشود' }, 'f  error  می\u200cشود  [syntax]'],
  ] as const)('is one line: %j', (over, line) => {
    expect(formatFinding(finding(over))).toBe(line);
  });

  test('comes in the order of the file, line, column and code', () => {
    const at = (line: number, column: number): Partial<Finding> => ({ at: { line, column } });
    const sorted = [
      finding({ file: 'a' }),
      finding({ file: 'b' }),
      finding({ file: 'b', ...at(2, 9) }),
      finding({ file: 'b', ...at(10, 1) }),
      finding({ file: 'b', ...at(10, 2), code: 'merge-key' }),
      finding({ file: 'b', ...at(10, 2), code: 'unknown-key' }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(sorted, { minLength: 6 }), (mixed) => {
        expect(inFileOrder(mixed)).toEqual(sorted);
      }),
    );
  });

  test('hidden behind a thousand warnings still refuses', () => {
    const many = Array.from({ length: MOST_FINDINGS + 1 }, () => finding({ severity: 'warning' }));
    expect(firstFindings(many.slice(1))).toHaveLength(MOST_FINDINGS);
    expect(firstFindings(many).at(-1)).toMatchObject({ code: 'more-findings', severity: 'warning' });
    expect(firstFindings([...many, finding({})]).at(-1)).toMatchObject({
      severity: 'error',
      message: expect.stringContaining('2 more'),
    });
  });
});

describe('positions', () => {
  test.each([
    ['', 0, 1, 1, ''],
    ['abc', 2, 1, 3, 'abc'],
    ['a\nb', 1, 1, 2, 'a'],
    ['a\nb', 2, 2, 1, 'b'],
    ['a\n\n', 3, 3, 1, ''],
    ['a\r\nbc\r\n', 4, 2, 2, 'bc'],
    ['a\n', 99, 2, 98, ''],
  ])('%j at %i', (text, offset, line, column, content) => {
    expect(positionsIn(text).at(offset)).toEqual({ line, column });
    expect(positionsIn(text).lineAt(offset)).toBe(content);
  });

  test('count as splitting the text does', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é') }), fc.nat(), (text, any) => {
        const offset = any % (text.length + 1);
        const before = text.slice(0, offset).split('\n');
        expect(positionsIn(text).at(offset)).toEqual({ line: before.length, column: (before.at(-1) ?? '').length + 1 });
      }),
    );
  });
});

const YAML = `# comment
a: 1
list:
  - x
  - { b: y, "c d": z }
anchored: &n
  deep: 5
alias: *n
7: seven
empty:
last: end
`;

describe('places in YAML', () => {
  const { document } = readYaml('f', YAML);
  test.each([
    [[], 'value', 2, 1],
    [['a'], 'key', 2, 1],
    [['a'], 'value', 2, 4],
    [['list', '0'], 'value', 4, 5],
    [['list', '1', 'b'], 'key', 5, 7],
    [['list', '1', 'c d'], 'value', 5, 20],
    [['list', '1'], 'key', 5, 5],
    [['alias', 'deep'], 'key', 7, 3],
    [['alias', 'deep'], 'value', 7, 9],
    [['7'], 'value', 9, 4],
    [['empty'], 'key', 10, 1],
    [['empty'], 'value', 10, 7],
    [['none'], 'key', 2, 1],
    [['list', '1', 'none'], 'key', 5, 5],
    [['list', '9', 'none'], 'value', 4, 3],
  ] as const)('%j, %s', (path, of, line, column) => {
    expect(document?.locate(path, of)).toEqual({ line, column });
  });

  test('in CRLF they are the same', () => {
    const other = readYaml('f', YAML.replaceAll('\n', '\r\n')).document;
    for (const path of [['a'], ['list', '1', 'b'], ['last']])
      expect(other?.locate(path)).toEqual(document?.locate(path));
  });
});

/** Values of JSON and the way to each of them. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

const HARMLESS = fc
  .string({ unit: 'grapheme' })
  .filter((key) => !['__proto__', 'constructor', 'prototype', '<<'].includes(key));
const JSON_VALUES = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: 'binary' }),
    ),
    fc.array(tie('value')),
    fc.dictionary(HARMLESS, tie('value')),
  ),
})).value;
const INDENT = fc.constantFrom('', ' ', '  ', '\t', '    ');

function offsetOf(text: string, { line, column }: ReturnType<YamlPlaces['locate']>): number {
  return (
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length +
    (line > 1 ? 1 : 0) +
    column -
    1
  );
}

describe('JSON', () => {
  test('is read as JSON.parse reads it, and each value is found where it stands', () => {
    fc.assert(
      fc.property(JSON_VALUES, INDENT, (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { document, findings } = readJson('f', text);
        expect(findings).toEqual([]);
        expect(document?.value).toEqual(JSON.parse(text));
        for (const path of pathsOf(value)) {
          const inner = JSON.stringify(at(value, path), null, indent).split('\n')[0] ?? '';
          const place = document?.locate(path) ?? { line: 0, column: 0 };
          expect(text.slice(offsetOf(text, place))).toSatisfy((rest: string) => rest.startsWith(inner));
          const key = path.at(-1);
          if (key === undefined || Array.isArray(at(value, path.slice(0, -1)))) continue;
          const keyPlace = document?.locate(path, 'key') ?? { line: 0, column: 0 };
          expect(text.slice(offsetOf(text, keyPlace))).toSatisfy((rest: string) =>
            rest.startsWith(JSON.stringify(key)),
          );
        }
      }),
    );
  });

  test('is refused where JSON.parse refuses it, and only there', () => {
    const tokens = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"\\u00e9"',
      '"\\x"',
      '"',
      '\\',
      '1',
      '-',
      '0',
      '01',
      '1.5e3',
      '.',
      'true',
      'nul',
      'null',
      ' ',
      '\n',
      '\t',
      '\u00a0',
      "'",
      '/',
    );
    const nearly = fc.array(tokens, { maxLength: 12 }).map((parts) => parts.join(''));
    const broken = fc.tuple(JSON_VALUES, fc.nat(), tokens).map(([value, where, token]) => {
      const text = JSON.stringify(value);
      const offset = where % (text.length + 1);
      return text.slice(0, offset) + token + text.slice(offset);
    });
    fc.assert(
      fc.property(fc.oneof(nearly, broken), (text) => {
        expect([text, readJson('f', text).document !== undefined]).toEqual([text, isJson(text)]);
      }),
      { numRuns: 2000 },
    );
  });

  test('of megabytes in one text is read', () => {
    const text = JSON.stringify({ long: 'x\\'.repeat(1_000_000), [`k${'é'.repeat(1_000_000)}`]: '' });
    expect(readJson('f', text).findings).toEqual([]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    return !(error instanceof SyntaxError);
  }
}

describe('nesting', () => {
  test.each([
    ['brackets', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    ['braces', (depth: number) => '{a: '.repeat(depth) + '}'.repeat(depth)],
    ['dashes', (depth: number) => `${'- '.repeat(depth)}x`.replace('- x', '-')],
    [
      'indentation',
      (depth: number) => Array.from({ length: depth }, (_, index) => `${' '.repeat(index)}a:`).join('\n'),
    ],
  ])('of %s is allowed to the limit and not beyond', (_, nested) => {
    const deepest = Array.from({ length: MAX_NESTING + 2 }, (_unused, depth) => depth)
      .filter((depth) => tooDeepAt(nested(depth)) === undefined)
      .at(-1);
    expect(deepest).toBe(MAX_NESTING);
  });

  test.each([
    ['brackets side by side', '[[], [], {}]\n'.repeat(1000)],
    ['many lines at the same place', '- a\n'.repeat(1000)],
    [
      'brackets in text',
      `a: "${'['.repeat(1000)}"\nb: x${'['.repeat(1000)}\nc: |\n  ${'[ '.repeat(1000)}\n# ${'['.repeat(1000)}`,
    ],
    [
      'a staircase in text',
      `a: |\n${Array.from({ length: 100 }, (_, index) => `${' '.repeat(index + 2)}x`).join('\n')}`,
    ],
    ['a staircase of comments', Array.from({ length: 100 }, (_, index) => `${' '.repeat(index)}# x`).join('\n')],
  ])('%s is none', (_, text) => {
    expect(tooDeepAt(text)).toBeUndefined();
  });
});
