#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseEnv } from 'node:util';
import { Command, CommanderError } from 'commander';
import { registerAsyncapi } from './commands/asyncapi.ts';
import { registerCheck } from './commands/check.ts';
import type { Terminal, Variables } from './commands/command.ts';
import { registerDiff } from './commands/diff.ts';
import { EXIT } from './commands/exit-codes.ts';
import { registerExplain } from './commands/explain.ts';
import { registerNew } from './commands/new.ts';
import { registerPublish } from './commands/publish.ts';
import { registerQuarantine } from './commands/quarantine.ts';
import { registerStart } from './commands/start.ts';
import { registerTail } from './commands/tail.ts';
import { registerTest } from './commands/test.ts';
import { registerTypes } from './commands/types.ts';

function environmentFile(): Variables {
  return existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
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

// What is set already wins over the file.
for (const [name, value] of Object.entries(environmentFile())) process.env[name] ??= value;

// `gateway … | head`: whoever read has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.ok);
});

const terminal: Terminal = {
  environment: process.env,
  environmentFile,
  print: (line) => void process.stdout.write(`${line}\n`),
  printError: (line) => void process.stderr.write(`${line}\n`),
  exitWith: (code) => void (process.exitCode = code),
  ...(process.stdin.isTTY && process.stdout.isTTY && { ask }),
};

const program = new Command('gateway')
  .description('Redis channels to Socket.IO clients, by a YAML file.')
  .version(versionOf(new URL('../package.json', import.meta.url)))
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
