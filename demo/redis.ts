import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { createRedisCommandExecutor, RedisServerState, Resp2Server } from 'js-redis-server/core';

/** A Redis for the demo, and how it was come by. */
export interface DemoRedis {
  readonly url: string;
  readonly origin: string;
  stop(): Promise<void>;
}

/** The one that is configured, else the one that is installed, else the one that came with npm. */
export async function findRedis(configured: string | undefined): Promise<DemoRedis> {
  if (configured !== undefined) return { url: configured, origin: 'REDIS_URL', stop: async () => {} };
  return (await spawnRedis()) ?? (await embedRedis());
}

/** Nothing where no redis-server is on the PATH. */
async function spawnRedis(): Promise<DemoRedis | undefined> {
  const port = await freePort();
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    tmpdir(),
  ];
  // In a group of its own: Ctrl-C is for the demo, which stops its server last.
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  if (!(await isUp(server))) return undefined;
  // Whichever way this process ends, its server must not stay behind.
  process.once('exit', () => server.kill());
  return {
    url: `redis://127.0.0.1:${port}`,
    origin: 'redis-server, found on the PATH',
    stop: async () => {
      server.kill();
      if (server.exitCode === null) await once(server, 'exit');
    },
  };
}

function isUp(server: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.once('exit', () => resolve(false));
    server.stdout?.on('data', (text: Buffer) => {
      if (/ready to accept/i.test(text.toString())) resolve(true);
    });
  });
}

/** The package's own start-up functions listen on all interfaces; these parts of it do as they are told. */
async function embedRedis(): Promise<DemoRedis> {
  const { server } = new Resp2Server({ server: new RedisServerState(), executor: createRedisCommandExecutor() });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = addressOf(server.address());
  return {
    url: `redis://127.0.0.1:${port}`,
    origin: 'embedded js-redis-server',
    stop: async () => void server.close(),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = addressOf(probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a TCP address');
  return address;
}
