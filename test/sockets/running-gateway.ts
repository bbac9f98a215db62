import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { COMPILED } from '../support/compiled.ts';
import { AT_ONCE, gatewayAt, untilReady, type TestGateway } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { holdNoSecrets } from '../support/secrets.ts';

/** The gateway in a process of its own, which a test can see crash, and whose log it can read. */
export interface RunningGateway extends TestGateway {
  /** All it has written so far. */
  log(): string;
  /** Resolves once this stands in the log. */
  logged(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Why it ended, if it did. */
  death(): number | string | null;
}

type Finished = (stop: () => Promise<void>) => void;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Ready, from the sources, with this environment and nothing else of ours.
 * @param openFiles that it may have, where it is to run out of them.
 */
export async function runGateway(
  environment: Record<string, string>,
  finished: Finished,
  openFiles?: number,
): Promise<RunningGateway> {
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'],
    ...COMPILED,
    BIND_ADDRESS: '127.0.0.1',
    PORT: String(port),
    ...AT_ONCE,
    ...environment,
  };
  const limit = openFiles === undefined ? '' : `ulimit -n ${openFiles}; `;
  const child = spawn('/bin/sh', ['-c', `${limit}exec "$0" test/sockets/gateway-process.ts`, process.execPath], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = collect(child);
  const closed = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
    holdNoSecrets('the log', log.log());
  };
  finished(stop);
  const gateway = {
    ...gatewayAt(port, stop, 0),
    ...log,
    signal: (name: NodeJS.Signals) => void child.kill(name),
    death: () => child.exitCode ?? child.signalCode,
  };
  await Promise.race([log.logged('"gateway started"'), closed]);
  if (gateway.death() !== null) throw new Error(`the gateway did not start: ${log.log()}`);
  await untilReady(gateway);
  return gateway;
}

function collect({
  stdout,
  stderr,
}: ChildProcessByStdio<null, Readable, Readable>): Pick<RunningGateway, 'log' | 'logged'> {
  let log = '';
  const grown = new EventEmitter();
  for (const stream of [stdout, stderr])
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      grown.emit('data');
    });
  return {
    log: () => log,
    async logged(text) {
      while (!log.includes(text)) await once(grown, 'data');
    },
  };
}
