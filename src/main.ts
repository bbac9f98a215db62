#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { check } from './commands/check.ts';
import { EXIT } from './commands/exit-codes.ts';
import { start } from './commands/start.ts';

// What is set already wins over the file.
if (existsSync('.env')) process.loadEnvFile('.env');

const program = new Command('gateway')
  .description('Redis channels to Socket.IO clients, by a YAML file.')
  .showSuggestionAfterError()
  .exitOverride();

program
  .command('start')
  .description('run the gateway')
  .action(() =>
    start({
      environment: process.env,
      printError: (line) => process.stderr.write(`${line}\n`),
      exit: (code) => process.exit(code),
      onStopSignal: (stop) => {
        for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop(signal));
      },
      onCrash: (crash) => {
        process.on('uncaughtException', crash);
        process.on('unhandledRejection', crash);
      },
    }),
  );

program
  .command('check')
  .description('tell everything that is wrong with a routes file and its schemas, and start nothing')
  .argument('[file]', 'the routes file', process.env['ROUTES_FILE'] ?? 'config/routes.yaml')
  .action((file: string) => {
    process.exitCode = check(file, process.env['CONFIG_ROOT'], (line) => process.stdout.write(`${line}\n`));
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
