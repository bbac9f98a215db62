import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { spawnRedisServer, untilReady } from '../../demo/redis-server.ts';
import { freePort } from './ports.ts';
import { isInstalled } from './parts.ts';

/** A Redis of a test's own, in a process of its own: it can be hung and killed. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  publish(channel: string, message: string | Buffer | object): Promise<number>;
  /** Keeps its connections open and answers nothing. */
  hang(): void;
  resume(): void;
  stop(): Promise<void>;
}

const EMBEDDED = fileURLToPath(new URL('./embedded-redis.ts', import.meta.url));

/** Stopped when the test, or the file's beforeAll that started it, is over: pass `finished` for the latter. */
export async function startRedis(
  options: { port?: number; args?: string[]; finished?: (stop: () => Promise<void>) => void } = {},
): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const server = spawnServer(port, options.args ?? []);
  const failure = await untilReady(server);
  if (failure !== undefined) throw new Error(`redis-server did not start: ${failure}`);

  const publisher = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: null });
  publisher.on('error', () => undefined);
  const stop = async (): Promise<void> => {
    publisher.disconnect();
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  (options.finished ?? onTestFinished)(stop);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    publish: (channel, message) =>
      publisher.publish(
        channel,
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      ),
    hang: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    stop,
  };
}

function spawnServer(port: number, args: readonly string[]): ChildProcess {
  if (isInstalled('redis-server') || process.env['CI']) return spawnRedisServer(port, args);
  return spawn(process.execPath, [EMBEDDED, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
}
