import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { COMPILED } from '../support/compiled.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The built `gateway <args>`, run to its end, with this on its standard input. */
export function runCommand(args: readonly string[], input = '', environment: Record<string, string> = {}): Finished {
  const env = { PATH: process.env['PATH'], ...COMPILED, ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    env,
    input,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

/** The same, while what the command talks to runs in this process. */
export async function awaitCommand(
  args: readonly string[],
  input: string | Buffer = '',
  environment: Record<string, string> = {},
): Promise<Finished> {
  const env = { PATH: process.env['PATH'], ...COMPILED, ...environment };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, env });
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}
