import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processors } from './machine.ts';

/** Holds copies, binaries and logs of one run, and goes with it. */
export const WORKPLACE = mkdtempSync(join(tmpdir(), 'gateway-bench-'));

const running = new Set<ChildProcess>();

/** Whichever way this process ends, nothing that it started stays behind. */
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(WORKPLACE, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

export interface Launch {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The measured server has a processor of its own. */
  readonly measured?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Lines on standard output are for us; otherwise they go to the log. */
  readonly piped?: boolean;
}

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** What it has written so far. */
  log(): string;
  stop(): Promise<void>;
}

export function launch({ name, command, measured = false, env = {}, cwd, piped = false }: Launch): Child {
  const { server, others } = processors();
  const path = join(WORKPLACE, `${name.replace(/\W+/g, '-')}-${running.size}.log`);
  const file = openSync(path, 'w');
  // taskset becomes the command: same process, same id.
  const child = spawn('taskset', ['-c', measured ? server : others, ...command], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: piped ? ['pipe', 'pipe', file] : ['ignore', file, file],
    // In a group of its own: Ctrl-C is for us, who then stop it.
    detached: true,
  });
  closeSync(file);
  running.add(child);
  for (const end of ['exit', 'error']) child.once(end, () => running.delete(child));
  const log = (): string => readFileSync(path, 'utf8');
  if (child.pid === undefined) throw new Error(`${name} did not start: is taskset (util-linux) installed?`);
  return { pid: child.pid, process: child, log, stop: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

/** Resolves once `ready` says yes; fails with the child's own words where it ends, or takes too long. */
export async function until(child: Child, name: string, ready: () => Promise<boolean> | boolean): Promise<void> {
  const patience = performance.now() + PATIENCE_MS;
  while (!(await ready())) {
    if (child.process.exitCode !== null || performance.now() > patience)
      throw new Error(`${name} did not start:\n${child.log().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
