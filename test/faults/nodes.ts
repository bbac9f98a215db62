import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { PublisherTarget } from '../ledger/publisher.ts';
import { freePort } from '../support/ports.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

/** Called with what ends a process, or closes a connection, when the site is taken down. */
export type Finished = (stop: () => void | Promise<void>) => void;

/** A process of the site that faults may befall. It keeps its port. */
export interface ServiceNode {
  readonly port: number;
  kill(): Promise<void>;
  /** Again, after it was killed. */
  start(): Promise<void>;
  hang(): void;
  resume(): void;
}

export interface RedisNode extends ServiceNode {
  /** The address for gateways if there are several servers, which have no link in front. */
  readonly url?: string;
  /** Where to publish, once the gateways listen. */
  publishers(): Promise<PublisherTarget>;
  /** Over a connection of its own, which stays. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>;
}

export async function startRedisNode(finished: Finished, args: string[] = []): Promise<RedisNode> {
  const port = await freePort();
  const launch = (): Promise<RedisServer> => startRedis({ port, args, finished });
  let server = await launch();
  let admin: Redis | undefined;
  return {
    port,
    publishers: () => Promise.resolve({ host: '127.0.0.1', port }),
    kill: () => server.stop(),
    start: async () => void (server = await launch()),
    hang: () => server.hang(),
    resume: () => server.resume(),
    command(name, ...rest) {
      // Kept: who was in before a password was set may still take it away.
      if (admin === undefined || admin.status === 'end') admin = openAdmin(port, finished);
      return admin.call(name, ...rest);
    },
  };
}

function openAdmin(port: number, finished: Finished): Redis {
  const admin = new Redis({ port, host: '127.0.0.1', retryStrategy: null });
  admin.on('error', () => undefined);
  finished(() => admin.disconnect());
  return admin;
}

const AUTH_SERVER = fileURLToPath(new URL('../../bench/auth/server.ts', import.meta.url));

/** Takes `user-7.x` for a token of user 7. */
export const tokenOf = (user: string): string => `user-${user}.x`;

export async function startAuthNode(finished: Finished): Promise<ServiceNode> {
  const port = await freePort();
  const launch = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [AUTH_SERVER, `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    finished(() => end(child));
    if (child.stdout) await once(child.stdout, 'data');
    return child;
  };
  let child = await launch();
  return {
    port,
    kill: () => end(child),
    start: async () => void (child = await launch()),
    hang: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
