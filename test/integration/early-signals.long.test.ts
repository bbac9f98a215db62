import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/ports.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** After the entry file runs; the rest of the program is loaded meanwhile. */
const MOMENTS_MS = [0, 100, 300, 700];
const SLACK_MS = 20_000;

/** Ends with whoever it started as PID 1 of a namespace of its own. */
const AS_PID_1 = ['unshare', '--user', '--map-root-user', '-pf', '--mount-proc', '--kill-child'];
const canUnshare = spawnSync(AS_PID_1[0] ?? '', [...AS_PID_1.slice(1), 'true']).status === 0;

/** Says so once signals are taken: what comes before, no program of Node's can take. */
const SAY_WHEN = `process.on('newListener', (name) => name === 'SIGHUP' && setImmediate(() => process.stderr.write('!')));`;
const NODE = [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(SAY_WHEN)}`, MAIN, 'start'];

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
}

async function start(prefix: readonly string[]): Promise<Started> {
  const [command = '', ...args] = [...prefix, ...NODE];
  const port = String(await freePort());
  const env = { PATH: process.env['PATH'], BIND_ADDRESS: '127.0.0.1', PORT: port, REDIS_URL: 'redis://127.0.0.1:1' };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await once(child.stderr, 'data');
  return { child, ended: Promise.race([ended, pause(SLACK_MS, 'still there', { ref: false })]) };
}

describe('a signal while the program starts', { timeout: 60_000 }, () => {
  test.each(MOMENTS_MS)('stops it, with exit code 0 (after %i ms)', async (ms) => {
    const { child, ended } = await start([]);
    await pause(ms);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  test.runIf(canUnshare).each(MOMENTS_MS)('stops PID 1, too (after %i ms)', async (ms) => {
    const { child, ended } = await start(AS_PID_1);
    await pause(ms);
    process.kill(childOf(child.pid ?? 0), 'SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  test('and a second one ends it immediately', async () => {
    const { child, ended } = await start([]);
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect([
      [130, null],
      [143, null],
    ]).toContainEqual(await ended);
  });

  test('SIGHUP does not end it', async () => {
    const { child, ended } = await start([]);
    child.kill('SIGHUP');
    await pause(MOMENTS_MS.at(-1));
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });
});

/** Its one child, as seen from here. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

/** Those that may be installed beside the one that runs the tests. */
const OTHERS = ['/usr/bin/node', '/usr/local/bin/node'].filter((path) => existsSync(path));
const versionOf = (node: string): string => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1);
const TOO_OLD = OTHERS.filter((node) => Number(versionOf(node).split('.')[0]) < 22);

describe('a Node that is too old', { timeout: 30_000 }, () => {
  test.runIf(TOO_OLD.length > 0).each(TOO_OLD)('is answered with one sentence and exit code 78 (%s)', (node) => {
    for (const args of [['start'], ['check'], []]) {
      const { status, stdout, stderr } = spawnSync(node, [MAIN, ...args], { cwd: ROOT, encoding: 'utf8' });
      expect({ status, stdout, stderr }).toEqual({
        status: 78,
        stdout: '',
        stderr: `The gateway needs Node.js 22.22.3 or later of 22, 24.11.1 or later of 24, or 26; this is Node.js ${versionOf(node)}. Install another one, or put it first in PATH.\n`,
      });
    }
  });

  test('reads the entry file, which imports nothing and is written as in 2018', () => {
    const text = readFileSync(MAIN, 'utf8');
    expect(text).not.toMatch(/^import\b/m);
    expect(text).not.toMatch(/\?\.|\?\?|\bawait\b|\|\|=|&&=/);
    const { engines }: { engines: { node: string } } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
    expect(engines.node).toBe('^22.22.3 || ^24.11.1 || >=26');
  });
});
