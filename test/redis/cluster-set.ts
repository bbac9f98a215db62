import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort } from '../support/ports.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

export interface ClusterNode extends RedisServer {
  readonly admin: Redis;
}

/** Three masters that share the slots. */
export interface ClusterSet {
  readonly nodes: readonly ClusterNode[];
  /** The node where the gateway is subscribed, and the others. */
  subscribedNode(): Promise<{ readonly node: ClusterNode; readonly others: readonly ClusterNode[] }>;
}

const SLOTS = [
  [0, 5460],
  [5461, 10_922],
  [10_923, 16_383],
] as const;

type Finished = (stop: () => void | Promise<void>) => void;

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** @param serverArgs arguments of the server at a port. */
export async function startClusterSet(
  serverArgs: (port: number) => readonly string[] = () => [],
  client: object = {},
  finished: Finished = onTestFinished,
): Promise<ClusterSet> {
  const nodes = await Promise.all(SLOTS.map((range) => startNode(range, serverArgs, client, finished)));
  const [first, ...rest] = nodes;
  for (const { port, busPort } of rest) await first?.admin.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  const states = (): Promise<string[]> => Promise.all(nodes.map(({ admin }) => stateOf(admin)));
  const end = performance.now() + TIMEOUT_MS;
  for (let all = await states(); all.some((state) => state !== 'ok 3'); all = await states()) {
    if (performance.now() > end) throw new Error(`the nodes of the cluster report ${all.join()}`);
    await pause(POLL_MS);
  }
  return {
    nodes,
    async subscribedNode() {
      const names = await Promise.all(nodes.map(({ admin }) => admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub')));
      const index = names.findIndex((list) => String(list).includes('name=websocket-gateway '));
      const node = nodes[index];
      if (node === undefined) throw new Error('the gateway is subscribed at no node');
      return { node, others: nodes.filter((one) => one !== node) };
    },
  };
}

async function startNode(
  [from, to]: readonly [number, number],
  serverArgs: (port: number) => readonly string[],
  client: object,
  finished: Finished,
): Promise<ClusterNode & { busPort: number }> {
  const [port, busPort] = [await freePort(), await freePort()];
  const file = join(mkdtempSync(join(tmpdir(), 'cluster-')), 'nodes.conf');
  const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', file, '--cluster-node-timeout', '2000'];
  const server = await startRedis({
    port,
    args: [...cluster, '--cluster-port', String(busPort), ...serverArgs(port)],
    finished,
  });
  const admin = new Redis({ port: server.port, host: '127.0.0.1', enableReadyCheck: false, ...client });
  admin.on('error', () => undefined);
  finished(() => admin.disconnect());
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
  return { ...server, admin, busPort };
}

async function stateOf(admin: Redis): Promise<string> {
  const info = String(await admin.call('CLUSTER', 'INFO'));
  const [, state] = /cluster_state:(\w+)/.exec(info) ?? [];
  const [, known] = /cluster_known_nodes:(\d+)/.exec(info) ?? [];
  return `${state} ${known}`;
}
