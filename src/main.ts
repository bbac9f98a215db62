#!/usr/bin/env node
import type { StopSignal } from './commands/terminal.ts';

// Old versions of Node run this file too, to report the required version: no imports, no syntax newer than ES2018.

/** Read before all else: npm may end while modules are loaded. */
const parentPid = process.ppid;

/** The oldest version of each line that is supported, as in `engines` of package.json; lines above the last one are. */
const OLDEST_NODES = [
  [22, 22, 3],
  [24, 11, 1],
  [26, 0, 0],
] as const;
const NEWEST_LINE = 26;
const EXIT_CONFIG = 78;

/** SIGTERM and SIGINT received before the gateway can stop. As PID 1 a process without a handler ignores them. */
const earlySignals: StopSignal[] = [];

function keepEarlySignals(): void {
  process.on('SIGTERM', () => earlySignals.push('SIGTERM'));
  process.on('SIGINT', () => earlySignals.push('SIGINT'));
  // Without a handler SIGHUP ends the process; before the routes are read there is nothing to reload.
  process.on('SIGHUP', () => undefined);
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => parseInt(part, 10));
  if (major > NEWEST_LINE) return true;
  return OLDEST_NODES.some((oldest) => {
    if (major !== oldest[0]) return false;
    return minor > oldest[1] || (minor === oldest[1] && patch >= oldest[2]);
  });
}

if (!isSupported(process.versions.node)) {
  process.stderr.write(
    `The gateway needs Node.js 22.22.3 or later of 22, 24.11.1 or later of 24, or 26; this is Node.js ${process.versions.node}. Install another one, or put it first in PATH.\n`,
  );
  process.exitCode = EXIT_CONFIG;
} else {
  if (process.argv[2] === 'start') keepEarlySignals();
  void import('./commands/program.ts').then(({ runProgram }) => runProgram({ earlySignals, parentPid }));
}
