import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isObject, valueAt } from '../../src/schema/json.ts';

const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
const engines = String(valueAt(isObject(manifest) ? manifest : {}, ['engines', 'node']));

/** `^a.b.c` and `>=a` of npm, which are all that package.json uses. */
function isInEngines(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return engines.split(' || ').some((range) => {
    const [, caret, a = 0, b = 0, c = 0] = (/^(\^|>=)(\d+)(?:\.(\d+)\.(\d+))?$/.exec(range) ?? []).map((part) =>
      /^\d+$/.test(part ?? '') ? Number(part) : part,
    );
    if (caret === '>=') return major >= Number(a);
    return major === a && (minor > Number(b) || (minor === b && patch >= Number(c)));
  });
}

/** Runs the program, which takes this for its version of Node. */
function runAs(version: string): { code: number | null; err: string } {
  const fake = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(fake)}`, 'dist/main.js', '--version'],
    { encoding: 'utf8' },
  );
  return { code: status, err: stderr };
}

describe('the program on Node', () => {
  test.each([
    '18.20.8',
    '20.20.2',
    '22.3.0',
    '22.22.2',
    '22.22.3',
    '22.23.0',
    '23.0.0',
    '23.11.1',
    '24.0.0',
    '24.11.0',
    '24.11.1',
    '24.21.0',
    '25.0.0',
    '26.0.0',
    '27.1.0',
  ])('%s runs if `engines` of package.json has it, and names what it needs otherwise', (version) => {
    const { code, err } = runAs(version);
    expect(code).toBe(isInEngines(version) ? 0 : 78);
    expect(err).toMatch(
      isInEngines(version) ? /^$/ : new RegExp(`^The gateway needs Node\\.js .*this is Node\\.js ${version}\\.`),
    );
  });
});
