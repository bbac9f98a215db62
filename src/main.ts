#!/usr/bin/env node
import type { StopSignal } from './commands/command.ts';

// Old versions of Node run this file too, to name the version that is needed: no imports, no syntax younger than ES2018.
const OLDEST_NODE = 22;
const EXIT_CONFIG = 78;

/** SIGTERM and SIGINT that came before the gateway could stop. As PID 1 a process without a handler ignores them. */
const earlySignals: StopSignal[] = [];

function keepEarlySignals(): void {
  process.on('SIGTERM', () => earlySignals.push('SIGTERM'));
  process.on('SIGINT', () => earlySignals.push('SIGINT'));
  // Routes that are not read yet need no reload; without a handler it would end the process.
  process.on('SIGHUP', () => undefined);
}

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(
    `The gateway needs Node.js 24 (or 22.22.3 and later, or 26); this is Node.js ${process.versions.node}. Install a newer one, or put it first in PATH.\n`,
  );
  process.exitCode = EXIT_CONFIG;
} else {
  if (process.argv[2] === 'start') keepEarlySignals();
  void import('./commands/program.ts').then(({ runProgram }) => runProgram(earlySignals));
}
