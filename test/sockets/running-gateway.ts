import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { gatewayAt, untilReady, type TestGateway } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';

/** The gateway in a process of its own, which a test can see crash, and whose log it can read. */
export interface RunningGateway extends TestGateway {
  /** All it has written so far. */
  log(): string;
  /** Why it ended, if it did. */
  death(): number | string | null;
}

type Finished = (stop: () => Promise<void>) => void;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Ready, from the sources, with this environment and nothing else of ours. */
export async function runGateway(environment: Record<string, string>, finished: Finished): Promise<RunningGateway> {
  const port = await freePort();
  const env = { PATH: process.env['PATH'], BIND_ADDRESS: '127.0.0.1', PORT: String(port), ...environment };
  const child = spawn(process.execPath, ['src/main.ts', 'start'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  finished(stop);
  let log = '';
  const gateway = {
    ...gatewayAt(port, stop),
    log: () => log,
    death: () => child.exitCode ?? child.signalCode,
  };
  const started = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      log += chunk.toString();
      if (log.includes('"gateway started"')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => reject(new Error(`the gateway ended: ${log}`)));
  });
  await started;
  await untilReady(gateway);
  return gateway;
}
