import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { COMPILED } from './compiled.ts';
import { AT_ONCE, gatewayAt, type TestGateway } from './gateway.ts';
import { freePort } from './ports.ts';
import { holdNoSecrets } from './secrets.ts';

/** The built program in a process of its own. */
export interface Program extends TestGateway {
  /** Resolves with the first log line, past or to come, whose `msg` is this. */
  logged(message: string): Promise<Record<string, unknown>>;
  /** The same, but each line is handed out once, in order. */
  loggedNext(message: string): Promise<Record<string, unknown>>;
  /** All it has written so far, to both outputs. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** `gateway <args>` with this environment and nothing else of ours; killed when the test is over. */
export async function runProgram(
  environment: Record<string, string>,
  args: readonly string[] = ['start'],
  cwd = ROOT,
  finished: (stop: () => Promise<void>) => void = onTestFinished,
): Promise<Program> {
  const port = Number(environment['PORT'] ?? (await freePort()));
  let output = '';
  const env = {
    PATH: process.env['PATH'],
    ...COMPILED,
    BIND_ADDRESS: '127.0.0.1',
    PORT: String(port),
    ...AT_ONCE,
    ...environment,
  };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(() => child.exitCode);
  // A line that never comes fails the test at once, with what was said instead.
  const silence = async (message: string): Promise<never> => {
    await ended;
    throw new Error(`the program ended without saying "${message}": ${output}`);
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    // Commands show people what is theirs; a gateway's log never does.
    if (args[0] === 'start') holdNoSecrets('the log', output);
  };
  finished(stop);

  const lines: Record<string, unknown>[] = [];
  const waiting = new Map<string, (line: Record<string, unknown>) => void>();
  let read = 0;
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  createInterface(child.stdout).on('line', (text) => {
    output += `${text}\n`;
    const line = parseLine(text);
    lines.push(line);
    waiting.get(String(line['msg']))?.(line);
  });
  return {
    ...gatewayAt(port, stop),
    ended,
    output: () => output,
    signal: (name) => void child.kill(name),
    loggedNext(message) {
      const index = lines.findIndex((line, at) => at >= read && line['msg'] === message);
      if (index >= 0) {
        read = index + 1;
        return Promise.resolve(lines[index] ?? {});
      }
      return new Promise((resolve) => {
        waiting.set(message, (line) => {
          waiting.delete(message);
          read = lines.length;
          resolve(line);
        });
      });
    },
    logged(message) {
      const known = lines.find((line) => line['msg'] === message);
      if (known) return Promise.resolve(known);
      const line = new Promise<Record<string, unknown>>((resolve) => waiting.set(message, resolve));
      return Promise.race([line, silence(message)]);
    },
  };
}

function parseLine(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return { text };
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
