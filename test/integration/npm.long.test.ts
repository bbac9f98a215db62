import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { AT_ONCE } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SLACK_MS = 30_000;
/** Delays of the signal, to twice the time that a start takes: npx itself takes most of it. */
const MOMENTS = 20;

/**
 * Own cache of npm, filled before the tests: `npx gateway` first installs this folder into its cache, and one that ends
 * meanwhile leaves a cache in which every later `npx gateway` of the folder fails.
 */
const CACHE = mkdtempSync(join(tmpdir(), 'npm-cache-'));
const NPM = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  npm_config_cache: CACHE,
  npm_config_offline: 'true',
};

beforeAll(() => {
  // Without scripts: `prepare` would build `dist` again, which other test files are using.
  const env = { ...NPM, npm_config_ignore_scripts: 'true' };
  const { status, stderr } = spawnSync('npx', ['gateway', '--version'], { cwd: ROOT, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npx cannot run the gateway: ${stderr}`);
}, 2 * SLACK_MS);

afterAll(() => rmSync(CACHE, { recursive: true, force: true }));

/** Ends with its child, the first process of a namespace. */
const AS_PID_1 = ['unshare', '--user', '--map-root-user', '-pf', '--mount-proc', '--kill-child'];
const canUnshare = spawnSync(AS_PID_1[0] ?? '', [...AS_PID_1.slice(1), 'true']).status === 0;

interface Started {
  /** Signals what was started, and nothing that it has started itself. */
  signal(name: NodeJS.Signals): void;
  /** As Ctrl-C at a terminal: to all of them. */
  interrupt(): void;
  readonly ended: Promise<unknown>;
  output(): string;
  /** What was started, and what that has started. */
  processes(): string[];
}

async function spawnCommand(command: string, environment: Record<string, string>) {
  const port = String(await freePort());
  const env = {
    ...NPM,
    BIND_ADDRESS: '127.0.0.1',
    PORT: port,
    ...AT_ONCE,
    ...environment,
  };
  const [file = '', ...args] = command.split(' ');
  // In a session of its own, by which all that it starts is found.
  const child = spawn(file, args, { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const session = child.pid ?? 0;
  onTestFinished(() => {
    for (const pid of inSession(session)) process.kill(Number(pid), 'SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    child,
    output: () => output,
    processes: () => inSession(session),
    interrupt: () => void process.kill(-session, 'SIGINT'),
  };
}

async function start(command: string, up: string, environment: Record<string, string> = {}): Promise<Started> {
  const { child, output, processes, interrupt } = await spawnCommand(command, environment);
  const ended = once(child, 'exit');
  await expect.poll(output, { timeout: SLACK_MS * 2 }).toContain(up);
  return {
    signal: (name) => void child.kill(name),
    interrupt,
    ended,
    output,
    processes,
  };
}

/** Milliseconds until the gateway serves. */
async function timeOfStart(command: string): Promise<number> {
  const from = performance.now();
  const { interrupt, processes } = await start(command, 'gateway started', WITHOUT_REDIS);
  const takes = performance.now() - from;
  interrupt();
  await expect.poll(processes, { timeout: SLACK_MS }).toEqual([]);
  return takes;
}

/** Processes of a session, as the kernel lists them. */
function inSession(session: number): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, , , id] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(id) === session && state !== 'Z';
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

const WITHOUT_REDIS = { REDIS_URL: 'redis://127.0.0.1:1' };
const ROWS = [
  ['npm start', 'gateway started', WITHOUT_REDIS],
  ['npm run dev', 'gateway started', WITHOUT_REDIS],
  ['npm run demo', 'Ctrl-C stops everything', {}],
] as const;

describe('below npm', { timeout: 4 * SLACK_MS }, () => {
  test.each(ROWS)('SIGTERM to %s stops all that it has started, in order', async (command, up, environment) => {
    const started = await start(command, up, environment);
    started.signal('SIGTERM');
    expect(await started.ended).toEqual([0, null]);
    await expect.poll(started.processes, { timeout: SLACK_MS }).toEqual([]);
    expect(started.output().toLowerCase()).toContain('stopp');
  });

  test.each(ROWS)('Ctrl-C stops %s, in order', async (command, up, environment) => {
    const started = await start(command, up, environment);
    started.interrupt();
    await expect.poll(started.processes, { timeout: SLACK_MS }).toEqual([]);
    expect(started.output()).not.toContain('a second signal');
  });

  // Modules are loaded for a second: the parent may end before any of our code has seen it.
  test.each([
    ['npx gateway start', 'SIGTERM'],
    ['npm start', 'SIGTERM'],
    ['npm start', 'SIGHUP'],
  ] as const)('%s leaves nothing behind after a %s at any moment of the start', async (command, signal) => {
    const startTakes = await timeOfStart(command);
    const outputs: string[] = [];
    for (let moment = 1; moment <= MOMENTS; moment += 1) {
      const delay = (moment / MOMENTS) * 2 * startTakes;
      const { child, output, processes } = await spawnCommand(command, WITHOUT_REDIS);
      await pause(delay);
      child.kill(signal);
      await expect.poll(processes, { timeout: SLACK_MS, message: `${signal} after ${delay} ms` }).toEqual([]);
      outputs.push(output());
    }
    expect(outputs.filter((output) => output.includes('npm error code ENOENT'))).toEqual([]);
    // Without a gateway that was started and stopped, nothing could have been left behind.
    expect(outputs.filter((output) => output.includes('"msg":"stopped"'))).not.toEqual([]);
  });

  // In a container the script has PID 1, as does the process that adopts orphans elsewhere.
  test.runIf(canUnshare)('a script with PID 1 is no parent that has ended', async () => {
    const environment = { ...WITHOUT_REDIS, npm_lifecycle_event: 'npx', NODE: process.execPath };
    const command = [...AS_PID_1, `${ROOT}test/integration/fixture/as-npx.sh`].join(' ');
    const { output } = await start(command, 'gateway started', environment);
    expect(output()).not.toContain('"msg":"stopping"');
  });

  // As npx starts a program: by a shell, which dies of the signal that npx passes on.
  test('the end of the shell of npx stops the gateway, in order', async () => {
    const environment = { ...WITHOUT_REDIS, npm_lifecycle_event: 'npx', NODE: process.execPath };
    const started = await start('test/integration/fixture/as-npx.sh', 'gateway started', environment);
    started.signal('SIGTERM');
    expect(await started.ended).toEqual([null, 'SIGTERM']);
    await expect.poll(started.processes, { timeout: SLACK_MS }).toEqual([]);
    expect(started.output()).toContain('"msg":"stopped"');
  });
});
