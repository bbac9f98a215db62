import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { natMap } from '../../src/config/environment/nat-map.ts';
import { redisUrl } from '../../src/config/environment/redis-url.ts';
import { START } from '../../src/durable/position.ts';
import type { StreamEntry, StreamStore } from '../../src/durable/store.ts';
import { createCommands } from '../../src/redis/commands.ts';
import { publishOnce } from '../../src/redis/publisher.ts';
import { createRedisStreams } from '../../src/redis/streams.ts';
import { slotOf } from '../../src/redis/key-slot.ts';
import { freePort } from '../support/ports.ts';
import { startRedis } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { startClusterSet, type ClusterNode } from './cluster-set.ts';
import { documentedRights, documentedRule } from './documented-rights.ts';
import { startSentinelSet } from './sentinel-set.ts';

const NO_FILES = { ca: undefined, certificate: undefined, key: undefined };

function openStream(url: string, map = ''): StreamStore {
  const events = { connectFailed: () => undefined, uncertain: () => undefined, certain: () => undefined };
  const target = { address: redisUrl(url), tlsFiles: NO_FILES, natMap: natMap(map) };
  const commands = createCommands(target, 'test', () => undefined);
  const streams = createRedisStreams(target, commands, events, 1024 * 1024);
  const store = streams.open('orders', { payload: 'payload', eventId: 'id' });
  onTestFinished(() => {
    store.close();
    commands.close();
  });
  return store;
}

function clientOf(port: number): Redis {
  const redis = new Redis({ port, host: '127.0.0.1' });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** The next entries behind this one; retries while the connection fails. */
async function readAfter(store: StreamStore, id: string): Promise<readonly StreamEntry[]> {
  const until = Date.now() + 30_000;
  let failure: unknown;
  while (Date.now() < until) {
    try {
      const { entries } = await store.read(id);
      if (entries.length > 0) return entries;
    } catch (error) {
      failure = error;
      await pause(50);
    }
  }
  throw new Error('nothing was read', { cause: failure });
}

const payloads = (entries: readonly StreamEntry[]): unknown[] => entries.map(({ payload }) => payload?.toString());

async function publishToStream(nodes: readonly { port: number }[], payload: string): ReturnType<typeof publishOnce> {
  const url = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`;
  const entry = { fields: ['payload'], idFields: [] };
  const publishing = { channel: 'orders', message: Buffer.from(payload), entry, pubsub: true };
  return publishOnce({ address: redisUrl(url), tlsFiles: NO_FILES }, publishing);
}

async function addAt(port: number, payload: string): Promise<void> {
  await clientOf(port).xadd('orders', '*', 'payload', payload);
}

test('streams need exactly the rights that are documented for them', async () => {
  const redis = await startRedis();
  const admin = clientOf(redis.port);
  const rights = [...documentedRule('secret'), ...documentedRights('a route with the stream `orders`')];
  await admin.call('ACL', 'SETUSER', ...rights);
  const store = openStream(`redis://gateway:secret@127.0.0.1:${redis.port}`);
  await addAt(redis.port, '1');
  const [first] = await readAfter(store, START);
  await store.back(first?.id ?? START, 1);
  await store.eventIds(first?.id ?? START, 1);
  await store.page(START, 1);
  await store.state();
  await store.ids(START, first?.id, 1);
  await store.rotateEpoch(await store.epoch());
  await store.trim({ entries: 10 });
  await store.trim({ before: 1 });
  expect(await admin.call('ACL', 'LOG')).toEqual([]);
});

describe('streams', { timeout: 90_000 }, () => {
  test('of sentinels continue at the new master when the old one hangs', async () => {
    const set = await startSentinelSet();
    const store = openStream(
      `redis+sentinel://${set.sentinelPorts.map((port) => `127.0.0.1:${port}`).join()}/my-master`,
    );
    await addAt(set.master.port, '1');
    const [first] = await readAfter(store, START);
    expect(await store.epoch()).toMatch(/./);
    set.master.hang();
    await set.untilFailedOver();
    await addAt(set.replica.port, '2');
    expect(payloads(await readAfter(store, first?.id ?? START))).toEqual(['2']);
  });

  test('of sentinels continue when all sentinels were down and are back', async () => {
    const set = await startSentinelSet();
    const proxies = await Promise.all(set.sentinelPorts.map((port) => startTcpProxy(port)));
    for (const proxy of proxies) proxy.blackhole();
    const store = openStream(`redis+sentinel://${proxies.map(({ port }) => `127.0.0.1:${port}`).join()}/my-master`);
    await addAt(set.master.port, '1');
    for (let i = 0; i < 3; i += 1)
      await expect(store.read(START)).rejects.toThrow('no sentinel reports where my-master is');
    for (const proxy of proxies) proxy.pass();
    expect(payloads(await readAfter(store, START))).toEqual(['1']);
  });

  test('of sentinels are read at the address that REDIS_NAT_MAP maps the master to', async () => {
    const set = await startSentinelSet();
    const proxy = await startTcpProxy(set.master.port);
    const store = openStream(
      `redis+sentinel://${set.sentinelPorts.map((port) => `127.0.0.1:${port}`).join()}/my-master`,
      `127.0.0.1:${set.master.port}=127.0.0.1:${proxy.port}`,
    );
    await addAt(set.master.port, '1');
    expect(payloads(await readAfter(store, START))).toEqual(['1']);
    expect(await store.epoch()).toMatch(/./);
    proxy.blackhole();
    await expect(store.read(START)).rejects.toThrow(`127.0.0.1:${proxy.port}: no answer`);
  });

  test('of a cluster are read at the node that has them', async () => {
    const { nodes } = await startClusterSet();
    const store = openStream(`redis+cluster://127.0.0.1:${nodes[0]?.port}`);
    // Whichever node is queried first: the entry is added where the key is.
    expect(await publishToStream(nodes, '1')).toEqual({ entryId: expect.stringMatching(/^\d+-\d+$/) });
    expect(payloads(await readAfter(store, START))).toEqual(['1']);
    expect(await store.epoch()).toBe(await store.epoch());
    expect(payloads((await store.back((await store.state()).lastId, 10)).entries)).toEqual(['1']);
    expect((await store.page(START, 10)).entries).toHaveLength(1);
    expect(await store.rotateEpoch(await store.epoch())).toBe(await store.epoch());
  });

  test('of a cluster are read and written while their slot moves to another node, and afterwards', async () => {
    const { nodes } = await startClusterSet();
    const store = openStream(`redis+cluster://127.0.0.1:${nodes[0]?.port}`);
    const slot = slotOf('orders');
    const from = nodes.find((_, index) => slot >= index * 5461 && slot < (index + 1) * 5461);
    const to = nodes.find((node) => node !== from);
    if (!from || !to) throw new Error('a cluster has several nodes');
    await publishToStream(nodes, '1');
    const [first] = await readAfter(store, START);
    const epoch = await store.epoch();

    const idOf = async ({ admin }: typeof to): Promise<string> => String(await admin.call('CLUSTER', 'MYID'));
    await to.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from));
    await from.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(to));
    const keys = ['orders', 'gw:epoch:{orders}'];
    await from.admin.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
    // The old node replies ASK.
    expect(await publishToStream(nodes, '2')).toMatchObject({ entryId: expect.stringMatching(/-/) });
    const [second] = await readAfter(store, first?.id ?? START);
    expect(second?.payload?.toString()).toBe('2');
    expect(payloads((await store.back((await store.state()).lastId, 10)).entries)).toEqual(['1', '2']);
    expect(await store.epoch()).toBe(epoch);

    for (const node of [to, from, ...nodes]) await node.admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', await idOf(to));
    // Now it replies MOVED.
    expect(await publishToStream(nodes, '3')).toMatchObject({ entryId: expect.stringMatching(/-/) });
    expect(payloads(await readAfter(store, second?.id ?? START))).toEqual(['3']);
    expect((await store.page(START, 10)).entries).toHaveLength(3);
  });

  test('of a cluster continue at the replica that takes over when their node dies', async () => {
    const { nodes } = await startClusterSet();
    const slot = slotOf('orders');
    const master = nodes.find((_, index) => slot >= index * 5461 && slot < (index + 1) * 5461);
    if (!master) throw new Error('no node has the slot');
    const replica = await startReplica(master);
    const store = openStream(`redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`);
    await publishToStream(nodes, '1');
    const [first] = await readAfter(store, START);
    expect(await store.epoch()).toMatch(/./);
    await clientOf(master.port).wait(1, 5000);
    await master.stop();
    await expect.poll(() => replica.call('ROLE'), { timeout: 30_000 }).toContain('master');
    await replica.xadd('orders', '*', 'payload', '2');
    expect(payloads(await readAfter(store, first?.id ?? START))).toEqual(['2']);
    await expect.poll(() => store.epoch(), { timeout: 10_000 }).toMatch(/./);
  });
});

/** A replica of a master of a cluster. */
async function startReplica(master: ClusterNode): Promise<Redis> {
  const [port, busPort] = [await freePort(), await freePort()];
  const config = join(mkdtempSync(join(tmpdir(), 'replica-')), 'nodes.conf');
  const args = ['--cluster-enabled', 'yes', '--cluster-config-file', config, '--cluster-node-timeout', '2000'];
  await startRedis({ port, args: [...args, '--cluster-port', String(busPort)] });
  const replica = new Redis(port, '127.0.0.1', { enableReadyCheck: false });
  onTestFinished(() => replica.disconnect());
  await master.admin.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
  const id = String(await master.admin.call('CLUSTER', 'MYID'));
  const follow = async (): Promise<unknown> => replica.call('CLUSTER', 'REPLICATE', id).catch(() => 'not yet');
  await expect.poll(follow, { timeout: 20_000 }).toBe('OK');
  await expect.poll(() => replica.call('ROLE'), { timeout: 20_000 }).toContain('connected');
  return replica;
}
