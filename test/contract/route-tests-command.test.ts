import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startEditor } from '../config/editor.ts';
import { runCommand } from './run-command.ts';

let root = '';
const at = (name: string): string => join(root, 'config', name);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'route-tests-'));
  for (const folder of ['config', 'schemas']) cpSync(folder, join(root, folder), { recursive: true });
  const good = readFileSync('config/routes.test.yaml', 'utf8');
  writeFileSync(at('wrong.test.yaml'), good.replace('to: [7, 8]', 'to: [8]'));
  writeFileSync(at('mistaken.test.yaml'), good.replace('drop: not-object', 'drop: not-objekt'));
  writeFileSync(at('one.test.yaml'), good.slice(0, good.indexOf('  - name: when a user')));
});

describe('gateway test', () => {
  test('runs the tests that ship with the routes files: all pass, and every route has one', () => {
    const { code, out } = runCommand(['test', '--require-coverage']);
    expect(code).toBe(0);
    expect(out).toContain('config/routes.test.yaml, tests of config/routes.yaml\n  ✓ every authenticated client');
    expect(out).toContain('config/routes.metargb.test.yaml, tests of config/routes.metargb.yaml\n  ✓ a login');
    expect(out).toMatch(/\n\d+ tests passed\n$/);
    expect(out).not.toContain('no test:');
  });

  test('shows what was expected and what was seen, with the test’s place; exit code 1', () => {
    const { code, out } = runCommand(['test', at('wrong.test.yaml')]);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ both owners hear of a sale.* {2}\S+wrong\.test\.yaml:41:5\n/);
    expect(out).toContain('      - expected  route feature-owners: feature-status-changed to user 8\n');
    expect(out).toContain('      + seen      route feature-owners: feature-status-changed to users 7, 8\n');
    expect(out).toMatch(/22 tests: 21 passed, 1 failed\n$/);
  });

  test('lists routes without a test, which fails only with --require-coverage', () => {
    const listed = runCommand(['test', at('one.test.yaml')]);
    expect(listed).toMatchObject({
      code: 0,
      out: expect.stringContaining(`no test: route "notifications" of ${root}`),
    });
    expect(runCommand(['test', at('one.test.yaml'), '--require-coverage']).code).toBe(1);
  });

  test('counts a route as tested when any file tests it', () => {
    const { code, out } = runCommand(['test', at('one.test.yaml'), at('routes.test.yaml'), '--require-coverage']);
    expect(code).toBe(0);
    expect(out).not.toContain('no test:');
  });

  test('with --json prints one document', () => {
    const { code, out } = runCommand(['test', '--json', at('wrong.test.yaml'), at('one.test.yaml')]);
    expect(code).toBe(1);
    const failed = {
      line: 41,
      column: 5,
      passed: false,
      mismatches: [expect.objectContaining({ expected: expect.objectContaining({ to: ['8'] }) })],
    };
    expect(JSON.parse(out)).toMatchObject({
      passed: 22,
      failed: 1,
      untested: [],
      files: [
        {
          file: at('wrong.test.yaml'),
          routes: at('routes.yaml'),
          tests: expect.arrayContaining([expect.objectContaining(failed)]),
        },
        { file: at('one.test.yaml'), tests: [{ passed: true, mismatches: [] }] },
      ],
    });
  });

  test('with --file and no test files runs those that are written for it', () => {
    const { code, out } = runCommand(['test', '--file', 'config/routes.metargb.yaml']);
    expect(code).toBe(0);
    expect(out).toContain('config/routes.metargb.test.yaml');
    expect(out).not.toContain('config/routes.test.yaml');
  });

  test('with --file tries test files against another routes file', () => {
    const { code, out } = runCommand(['test', 'config/routes.test.yaml', '--file', 'config/routes.metargb.yaml']);
    expect(code).toBe(1);
    expect(out).toContain('config/routes.test.yaml, tests of config/routes.metargb.yaml\n');
  });

  test('tells mistakes in a test file at their place and runs nothing, exit code 78', () => {
    const { code, out, err } = runCommand(['test', at('mistaken.test.yaml'), at('none.test.yaml')]);
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toContain(`${at('mistaken.test.yaml')}:39:21  error  found "not-objekt". Why it is dropped`);
    expect(err).toContain(`${at('none.test.yaml')}  error  does not exist`);
  });

  test('tells what is wrong with the routes file, exit code 78', () => {
    writeFileSync(at('routes.metargb.yaml'), 'version: 2\nroutes: {}\n');
    const { code, out, err } = runCommand(['test', at('routes.metargb.test.yaml')]);
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toContain(`${at('routes.metargb.yaml')}:1:10  error  `);
  });

  test('says where tests would stand when there are none, exit code 64', () => {
    const { code, err } = runCommand(['test', '--file', 'nowhere/routes.yaml']);
    expect(code).toBe(64);
    expect(err).toContain('nowhere/routes.yaml has no tests; write them next to it, in nowhere/routes.test.yaml');
  });

  test('runs the example of its documentation', () => {
    const section = readFileSync('docs/commands.md', 'utf8').split('\n## gateway test\n')[1] ?? '';
    writeFileSync(at('documented.test.yaml'), /```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? '');
    expect(runCommand(['test', at('documented.test.yaml')])).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 tests passed'),
    });
  });
});

describe('an editor', () => {
  test.each(['config/routes.test.yaml', 'config/routes.metargb.test.yaml'])(
    'underlines nothing in %s, and a misspelt key',
    async (file) => {
      const editor = await startEditor();
      onTestFinished(() => editor.close());
      const text = readFileSync(file, 'utf8');
      expect(await editor.open(file, text)).toEqual([]);
      const wrong = await editor.open('config/copy.test.yaml', text.replace('    expect:', '    expects:'));
      expect(wrong).toContainEqual({ line: expect.any(Number), message: 'Property expects is not allowed.' });
    },
  );
});
