import { once } from 'node:events';
import { freePort, isFree } from './ports.ts';
import { listenEmbedded, spawnRedisServer, untilReady } from './redis-server.ts';

/** A Redis for the demo, and its origin. */
export interface DemoRedis {
  readonly url: string;
  readonly origin: string;
  stop(): Promise<void>;
}

const DEFAULT_PORT = 6379;

/** The configured Redis, else an installed one, else the one from npm. */
export async function findRedis(configured: string | undefined): Promise<DemoRedis> {
  if (configured !== undefined) return { url: configured, origin: 'REDIS_URL', stop: async () => {} };
  // Commands use this port by default.
  const port = (await isFree(DEFAULT_PORT)) ? DEFAULT_PORT : await freePort();
  const url = `redis://127.0.0.1:${port}`;
  return (await startInstalled(port, url)) ?? (await startEmbedded(port, url));
}

async function startInstalled(port: number, url: string): Promise<DemoRedis | undefined> {
  const server = spawnRedisServer(port);
  // However this process ends, its server must end too.
  process.once('exit', () => server.kill());
  if ((await untilReady(server)) !== undefined) return undefined;
  return {
    url,
    origin: 'redis-server, found on the PATH',
    stop: async () => {
      server.kill();
      if (server.exitCode === null) await once(server, 'exit');
    },
  };
}

async function startEmbedded(port: number, url: string): Promise<DemoRedis> {
  const server = await listenEmbedded(port);
  return { url, origin: 'embedded js-redis-server', stop: async () => void server.close() };
}
