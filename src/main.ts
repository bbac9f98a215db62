#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { registerCheck } from './commands/check.ts';
import type { Terminal } from './commands/command.ts';
import { EXIT } from './commands/exit-codes.ts';
import { registerStart } from './commands/start.ts';

// What is set already wins over the file.
if (existsSync('.env')) process.loadEnvFile('.env');

const terminal: Terminal = {
  environment: process.env,
  print: (line) => void process.stdout.write(`${line}\n`),
  printError: (line) => void process.stderr.write(`${line}\n`),
  exitWith: (code) => void (process.exitCode = code),
};

const program = new Command('gateway')
  .description('Redis channels to Socket.IO clients, by a YAML file.')
  .showSuggestionAfterError()
  .exitOverride();

for (const register of [registerStart, registerCheck]) register(program, terminal);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
