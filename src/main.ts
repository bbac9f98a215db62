#!/usr/bin/env node
import type { StopSignal } from './commands/terminal.ts';

// Old versions of Node run this file too, to report the required version: no imports, no syntax newer than ES2018.
const OLDEST_NODE = 22;
const EXIT_CONFIG = 78;

/** SIGTERM and SIGINT received before the gateway can stop. As PID 1 a process without a handler ignores them. */
const earlySignals: StopSignal[] = [];

function keepEarlySignals(): void {
  process.on('SIGTERM', () => earlySignals.push('SIGTERM'));
  process.on('SIGINT', () => earlySignals.push('SIGINT'));
  // Without a handler SIGHUP ends the process; before the routes are read there is nothing to reload.
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
