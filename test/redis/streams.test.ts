import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { redisUrl } from '../../src/config/redis-url.ts';
import { START } from '../../src/durable/position.ts';
import type { StreamEntry, StreamStore } from '../../src/durable/store.ts';
import { createCommands } from '../../src/redis/commands.ts';
import { publishOnce } from '../../src/redis/publisher.ts';
import { createRedisStreams } from '../../src/redis/streams.ts';
import { startRedis } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { startClusterSet } from './cluster-set.ts';
import { documentedRights, documentedRule } from './documented-rights.ts';
import { startSentinelSet } from './sentinel-set.ts';

const NO_FILES = { ca: undefined, certificate: undefined, key: undefined };

function openStream(url: string): StreamStore {
  const events = { connectFailed: () => undefined, doubted: () => undefined, certainAgain: () => undefined };
  const target = { address: redisUrl(url), tlsFiles: NO_FILES };
  const commands = createCommands(target, events);
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

/** The next entries after this one, however often the connection fails until then. */
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

test('streams need the rights that are documented for them, and no more', async () => {
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
  test('of sentinels are read on at the new master, when the old one hangs', async () => {
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

  test('of sentinels that were all away are read on when they are back', async () => {
    const set = await startSentinelSet();
    const proxies = await Promise.all(set.sentinelPorts.map((port) => startTcpProxy(port)));
    for (const proxy of proxies) proxy.blackhole();
    const store = openStream(`redis+sentinel://${proxies.map(({ port }) => `127.0.0.1:${port}`).join()}/my-master`);
    await addAt(set.master.port, '1');
    for (let i = 0; i < 3; i += 1) await expect(store.read(START)).rejects.toThrow('no answer to XREAD');
    for (const proxy of proxies) proxy.pass();
    expect(payloads(await readAfter(store, START))).toEqual(['1']);
  });

  test('of a cluster are read wherever they are kept', async () => {
    const { nodes } = await startClusterSet();
    const store = openStream(`redis+cluster://127.0.0.1:${nodes[0]?.port}`);
    // At whichever node it asks first: the entry goes where the key is.
    expect(await publishToStream(nodes, '1')).toEqual({ entryId: expect.stringMatching(/^\d+-\d+$/) });
    expect(payloads(await readAfter(store, START))).toEqual(['1']);
    expect(await store.epoch()).toBe(await store.epoch());
    expect(payloads((await store.back((await store.state()).lastId, 10)).entries)).toEqual(['1']);
    expect((await store.page(START, 10)).entries).toHaveLength(1);
    expect(await store.rotateEpoch(await store.epoch())).toBe(await store.epoch());
  });
});
