import { flushCompileCache } from 'node:module';
import { start } from '../../src/commands/start.ts';

// `gateway start`, except that each request for the metrics gets a new text: a test that reads a counter twice does not
// wait for a second between the two.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
await start(
  {
    environment: process.env,
    environmentFile: () => ({}),
    earlySignals: [],
    parentPid: process.ppid,
    print: (line) => void process.stdout.write(`${line}\n`),
    printError: (line) => void process.stderr.write(`${line}\n`),
    exitWith: (code) => void (process.exitCode = code),
  },
  0,
);
// Tests end this process by SIGKILL, which would leave the cache of NODE_COMPILE_CACHE unwritten.
flushCompileCache();
