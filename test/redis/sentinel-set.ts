import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished } from 'vitest';
import { freePort } from '../support/ports.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

/** A master, a replica and three sentinels that fail over within a few seconds. */
export interface SentinelSet {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinelPorts: readonly number[];
  /** Resolves once all sentinels name the replica. */
  untilFailedOver(): Promise<void>;
  /** The same without a fault. */
  failOver(): Promise<void>;
}

export interface SentinelSetOptions {
  /** Arguments of a server at this port. */
  readonly serverArgs?: (port: number) => readonly string[];
  /** Lines of the sentinels' configuration. */
  readonly sentinelLines?: readonly string[];
  /** How a client connects to a sentinel. */
  readonly client?: object;
}

const NAME = 'my-master';

export async function startSentinelSet({
  serverArgs = () => [],
  sentinelLines = [],
  client = {},
}: SentinelSetOptions = {}): Promise<SentinelSet> {
  const [port, replicaPort] = [await freePort(), await freePort()];
  const master = await startRedis({ port, args: [...serverArgs(port)] });
  const replicaArgs = [...serverArgs(replicaPort), '--replicaof', '127.0.0.1', String(port)];
  const replica = await startRedis({ port: replicaPort, args: replicaArgs });
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port, sentinelLines, client)));
  const all = (ask: (sentinel: Redis) => Promise<unknown>): Promise<unknown[]> =>
    Promise.all(sentinels.map(async ({ redis }) => ask(redis)));
  const masterOf = async (sentinel: Redis): Promise<unknown> => {
    const address: unknown = await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME);
    return Array.isArray(address) ? Number(address[1]) : undefined;
  };
  const known = async (sentinel: Redis, what: string): Promise<number> => {
    const list: unknown = await sentinel.call('SENTINEL', what, NAME);
    return Array.isArray(list) ? list.length : 0;
  };
  const patience = { timeout: 30_000, interval: 100 };
  await expect.poll(() => all((one) => known(one, 'SENTINELS')), patience).toEqual([2, 2, 2]);
  await expect.poll(() => all((one) => known(one, 'REPLICAS')), patience).toEqual([1, 1, 1]);
  const untilFailedOver = async (): Promise<void> => {
    await expect.poll(() => all(masterOf), patience).toEqual([replica.port, replica.port, replica.port]);
  };
  return {
    master,
    replica,
    sentinelPorts: sentinels.map(({ port }) => port),
    untilFailedOver,
    async failOver() {
      await sentinels[0]?.redis.call('SENTINEL', 'FAILOVER', NAME);
      await untilFailedOver();
    },
  };
}

async function startSentinel(
  masterPort: number,
  lines: readonly string[],
  client: object,
): Promise<{ port: number; redis: Redis }> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-'));
  const file = join(dir, 'sentinel.conf');
  const own = lines.some((line) => line.startsWith('tls-port')) ? [`port 0`] : [`port ${port}`];
  const text = [
    ...own,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${NAME} 1000`,
    `sentinel failover-timeout ${NAME} 5000`,
    ...lines.map((line) => line.replace('$PORT', String(port))),
  ];
  writeFileSync(file, text.join('\n'));
  const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore', detached: true });
  const closed = once(sentinel, 'close');
  const redis = new Redis({ port, host: '127.0.0.1', enableReadyCheck: false, retryStrategy: () => 100, ...client });
  redis.on('error', () => undefined);
  onTestFinished(async () => {
    redis.disconnect();
    sentinel.kill('SIGKILL');
    await closed;
  });
  return { port, redis };
}
