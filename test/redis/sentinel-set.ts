import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort } from '../support/ports.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

/** A master, a replica and three sentinels that fail over within a few seconds. */
export interface SentinelSet {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinelPorts: readonly number[];
  /** Resolves once all sentinels report the replica as the master. */
  untilFailedOver(): Promise<void>;
  /** Fails over without a fault. */
  failOver(): Promise<void>;
}

type Finished = (stop: () => Promise<void>) => void;

export interface SentinelSetOptions {
  /** Arguments of a server at this port. */
  readonly serverArgs?: (port: number) => readonly string[];
  /** Lines of the sentinels' configuration. */
  readonly sentinelLines?: readonly string[];
  /** How a client connects to a sentinel. */
  readonly client?: object;
  readonly finished?: Finished;
}

export const NAME = 'my-master';

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

export async function startSentinelSet({
  serverArgs = () => [],
  sentinelLines = [],
  client = {},
  finished = onTestFinished,
}: SentinelSetOptions = {}): Promise<SentinelSet> {
  const [port, replicaPort] = [await freePort(), await freePort()];
  const master = await startRedis({ port, args: [...serverArgs(port)], finished });
  const replicaArgs = [...serverArgs(replicaPort), '--replicaof', '127.0.0.1', String(port)];
  const replica = await startRedis({ port: replicaPort, args: replicaArgs, finished });
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port, sentinelLines, client, finished)));
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
  await untilAll(2, () => all((one) => known(one, 'SENTINELS')));
  await untilAll(1, () => all((one) => known(one, 'REPLICAS')));
  const untilFailedOver = (): Promise<void> => untilAll(replica.port, () => all(masterOf));
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

/** Resolves once every answer is `wanted`. */
async function untilAll(wanted: number, ask: () => Promise<unknown[]>): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  for (let answers = await ask(); answers.some((answer) => answer !== wanted); answers = await ask()) {
    if (performance.now() > end) throw new Error(`the sentinels report ${answers.join()}, not ${wanted}`);
    await pause(POLL_MS);
  }
}

async function startSentinel(
  masterPort: number,
  lines: readonly string[],
  client: object,
  finished: Finished,
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
  finished(async () => {
    redis.disconnect();
    sentinel.kill('SIGKILL');
    await closed;
  });
  return { port, redis };
}
