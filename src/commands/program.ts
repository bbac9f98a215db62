import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command, CommanderError } from 'commander';
import { parseEnvironmentFile } from '../config/environment/environment-file.ts';
import { registerAsyncapi } from './asyncapi.ts';
import { registerCheck } from './check/check.ts';
import type { StopSignal, Terminal, Variables } from './command.ts';
import { registerDiff } from './diff/diff.ts';
import { EXIT } from './exit-codes.ts';
import { registerExplain } from './explain/explain.ts';
import { registerNew } from './new/new.ts';
import { registerPublish } from './publish.ts';
import { registerQuarantine } from './quarantine/quarantine.ts';
import { registerStart } from './start.ts';
import { registerTail } from './tail/tail.ts';
import { registerTest } from './test/test.ts';
import { registerTypes } from './types.ts';

function environmentFile(): Variables {
  return existsSync('.env') ? parseEnvironmentFile(readFileSync('.env')) : {};
}

/** What is set already wins over the file. Answers whether the file can be read; what is wrong with it is printed. */
function takeEnvironmentFile(): boolean {
  try {
    for (const [name, value] of Object.entries(environmentFile())) process.env[name] ??= value;
    return true;
  } catch (error) {
    process.stderr.write(`.env  error  ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

function versionOf(manifest: URL): string {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  return String(version);
}

async function ask(questions: readonly string[]): Promise<string[]> {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  const answers: string[] = [];
  try {
    for (const question of questions) answers.push(await reader.question(question));
  } catch (error) {
    // Ctrl-C and Ctrl-D answer nothing more.
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  } finally {
    reader.close();
  }
  return answers;
}

/** `gateway … | head`: whoever read has read enough. */
function endWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
}

/** A full disk or a dead reader of the log ends no gateway: the log output counts the lines and tries again. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** @param earlySignals SIGTERM and SIGINT that came, or come, before `start` takes them. */
export async function runProgram(earlySignals: readonly StopSignal[]): Promise<void> {
  if (!takeEnvironmentFile()) return void (process.exitCode = EXIT.config);
  if (process.argv[2] === 'start') outliveReaders();
  else endWithoutReader();

  const terminal: Terminal = {
    environment: process.env,
    environmentFile,
    earlySignals,
    print: (line) => void process.stdout.write(`${line}\n`),
    printError: (line) => void process.stderr.write(`${line}\n`),
    exitWith: (code) => void (process.exitCode = code),
    ...(process.stdin.isTTY && process.stdout.isTTY && { ask }),
  };

  const program = new Command('gateway')
    .description('Redis channels to Socket.IO clients, by a YAML file.')
    .version(versionOf(new URL('../../package.json', import.meta.url)))
    .showSuggestionAfterError()
    .exitOverride();

  for (const register of [
    registerStart,
    registerCheck,
    registerExplain,
    registerTest,
    registerPublish,
    registerTail,
    registerQuarantine,
    registerNew,
    registerTypes,
    registerAsyncapi,
    registerDiff,
  ])
    register(program, terminal);

  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}
