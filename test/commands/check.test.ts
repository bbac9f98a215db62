import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { annotation } from '../../src/commands/check/github-annotations.ts';
import { createCodeFrames } from '../../src/config/text/code-frame.ts';
import type { Finding } from '../../src/config/text/findings.ts';
import { plant, treeOf, withProperties } from '../config/tree.ts';
import { runCommand } from '../contract/run-command.ts';

const BROKEN = `version: 1
routes:
  a:
    evnt: changed
    schema: ../schemas/a.json
    target: { user: user_id }
`;

function check(file: string, args: readonly string[] = [], environment: Record<string, string> = {}) {
  return runCommand(['check', file, ...args], '', environment);
}

function plantRoutes(input: Parameters<typeof treeOf>[0]): string {
  return join(plant(treeOf(input)), 'config/routes.yaml');
}

const FINDING: Finding = { code: 'syntax', severity: 'error', file: 'a.yaml', message: 'wrong' };

describe('gateway check', () => {
  test('shows the line of a mistake with a caret beneath, and a summary last', () => {
    const file = plantRoutes({ routes: BROKEN });
    const { code, out } = check(file);
    expect(code).toBe(78);
    const lines = out.split('\n');
    const at = lines.findIndex((line) => line.startsWith(`${file}:4:5  error  route "a": unknown key "evnt"`));
    expect(lines.slice(at + 1, at + 3)).toEqual(['  4 |     evnt: changed', '    |     ^']);
    expect(lines.at(-2)).toBe(`${file}: refused, 2 errors, 0 warnings`);
  });

  test('shows the line of a schema too', () => {
    const { out } = check(plantRoutes({ schema: withProperties({ name: { type: 'strng' } }) }));
    expect(out).toMatch(/schemas\/a\.json:\d+:\d+ {2}error .*\n {2}\d+ \| .*"strng"\n {2} +\| +\^\n/);
  });

  test('shows no line where a finding has no place, or its file cannot be read', () => {
    const { code, out } = check('/no/such/routes.yaml');
    expect(code).toBe(78);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
  });

  test('shows no line of a file that is outside of the root', () => {
    const root = plant({ 'secret.txt': 'canary\n', 'inside/config/routes.yaml': '' });
    mkdirSync(join(root, 'inside/schemas'));
    symlinkSync(join(root, 'secret.txt'), join(root, 'inside/schemas/a.json'));
    const frames = createCodeFrames(join(root, 'inside/config/routes.yaml'));
    const file = join(root, 'inside/schemas/a.json');
    expect(frames.of({ ...FINDING, file, at: { line: 1, column: 1 } })).toEqual([]);
  });

  test('--json is one document, of a good file and of a bad one', () => {
    const good = check(plantRoutes({}), ['--json']);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.out)).toMatchObject({ refused: false, routes: 1, findings: [] });
    const file = plantRoutes({ routes: BROKEN });
    const bad = check(file, ['--json']);
    expect(bad.code).toBe(78);
    expect(JSON.parse(bad.out)).toMatchObject({
      file,
      refused: true,
      findings: [{ route: 'a' }, { code: 'unknown-key', severity: 'error', at: { line: 4, column: 5 }, route: 'a' }],
    });
  });

  test('--format github annotates the line, by its path in the checkout', () => {
    const file = plantRoutes({ routes: BROKEN });
    const { code, out } = check(file, ['--format', 'github'], { GITHUB_WORKSPACE: join(file, '../..') });
    expect(code).toBe(78);
    expect(out).toContain(
      '::error file=config/routes.yaml,line=4,col=5,title=unknown-key::route "a": unknown key "evnt"',
    );
    expect(out).not.toContain(' | ');
  });

  test.each([
    ['an unknown format', ['--format', 'gitlab']],
    ['two formats', ['--format', 'github', '--json']],
  ])('%s is a wrong command line', (_, args) => {
    const { code, out } = check('config/routes.yaml', args);
    expect({ code, out }).toEqual({ code: 64, out: '' });
  });
});

test.each<[string, string, number, string[]]>([
  ['a plain line', 'ab: cd', 5, ['  1 | ab: cd', '    |     ^']],
  ['a tab', '\tab', 2, ['  1 |   ab', '    |   ^']],
  ['a terminal escape', '\u001bab', 2, ['  1 | \\u001bab', '    |       ^']],
  ['a line that ends as on Windows', 'ab\r', 1, ['  1 | ab', '    | ^']],
  ['a place at the end of the line', 'ab', 3, ['  1 | ab', '    |   ^']],
  ['a long line', 'x'.repeat(300), 1, [`  1 | ${'x'.repeat(100)}…`, '    | ^']],
  [
    'far within a long line',
    `${'x'.repeat(200)}y${'z'.repeat(200)}`,
    201,
    [`  1 | …${'x'.repeat(50)}y${'z'.repeat(49)}…`, `    | ${' '.repeat(51)}^`],
  ],
])('the frame of %s', (_, text, column, frame) => {
  const file = join(plant({ 'config/a.yaml': `${text}\n` }), 'config/a.yaml');
  expect(createCodeFrames(file).of({ ...FINDING, file, at: { line: 1, column } })).toEqual(frame);
});

test.each<[string, Partial<Finding>, string]>([
  ['a warning', { severity: 'warning' }, '::warning file=a.yaml,title=syntax::wrong'],
  ['percent signs', { message: '100%' }, '::error file=a.yaml,title=syntax::100%25'],
  ['line ends', { message: 'a\r\nb' }, '::error file=a.yaml,title=syntax::a%0D%0Ab'],
  ['commas and colons in a name', { file: 'a,b:c' }, '::error file=a%2Cb%3Ac,title=syntax::wrong'],
  ['a place', { at: { line: 2, column: 3 } }, '::error file=a.yaml,line=2,col=3,title=syntax::wrong'],
])('the annotation of %s', (_, part, text) => {
  expect(annotation({ ...FINDING, ...part }, process.cwd())).toBe(text);
});
