import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { untilReady } from '../support/gateway.ts';
import { runGateway } from '../sockets/running-gateway.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startRedis } from '../support/redis-server.ts';
import { gapsOf, stageRedis } from './stage.ts';

function administrator(port: number): Redis {
  const admin = new Redis({ port, host: '127.0.0.1', connectionName: 'administrator' });
  onTestFinished(() => admin.disconnect());
  return admin;
}

async function connectionsTo(admin: Redis): Promise<string[]> {
  const list = String(await admin.call('CLIENT', 'LIST'));
  const names = [...list.matchAll(/ name=(\S+)/g)].map(([, name]) => name ?? '');
  return names.filter((name) => name.startsWith('websocket-gateway')).toSorted();
}

const WHOLE = ['websocket-gateway', 'websocket-gateway-probe'];

describe('a Redis that closes connections', { timeout: 90_000 }, () => {
  test('again and again: each gap is reported once, and no connection is left over', async () => {
    const redis = await startRedis();
    const { gateway, nextGap, untilReceived } = await stageRedis({ REDIS_URL: redis.url });
    const admin = administrator(redis.port);
    const kills = 12;
    for (let i = 0; i < kills; i += 1) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      expect(await nextGap()).toMatchObject({ reason: 'connection-lost' });
      await untilReceived(redis.publish);
    }
    expect(await gapsOf(gateway)).toBe(kills);
    await expect.poll(() => connectionsTo(admin), { timeout: 10_000 }).toEqual(WHOLE);
    const resources = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await nextGap();
    await untilReceived(redis.publish);
    await expect.poll(() => connectionsTo(admin), { timeout: 10_000 }).toEqual(WHOLE);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap')).toHaveLength(resources);
  });

  test('of probes only: nothing was lost, so no gap is reported', async () => {
    const redis = await startRedis();
    const { gateway, untilReceived } = await stageRedis({ REDIS_URL: redis.url });
    const admin = administrator(redis.port);
    for (let i = 0; i < 3; i += 1) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await untilReceived((channel, message) => admin.publish(channel, JSON.stringify(message)));
      await expect.poll(() => connectionsTo(admin), { timeout: 10_000 }).toEqual(WHOLE);
    }
    expect(await gapsOf(gateway)).toBe(0);
    expect((await gateway.get('/health')).body).toMatchObject({ status: 'healthy', problems: [] });
  });

  test('whose reader is too slow: the dropped messages are a gap', async () => {
    const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
    const admin = administrator(redis.port);
    await admin.config('SET', 'client-output-buffer-limit', 'pubsub 1mb 1mb 0');
    const gateway = await runGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address }, onTestFinished);
    const alice = await connectClient(gateway.url, '', { auth: { token: TOKENS.alice, notices: true } });
    const bob = await connectClient(gateway.url, TOKENS.bob);

    gateway.signal('SIGSTOP');
    const text = 'x'.repeat(10_000);
    const published = Array.from({ length: 2500 }, (_, number) => ({ user_id: 7, status: `${number} ${text}` }));
    await Promise.all(published.map((message) => redis.publish('user-status', message)));
    gateway.signal('SIGCONT');

    const [gap] = await alice.next('gateway:gap');
    expect(gap).toMatchObject({ reason: 'connection-lost' });
    await untilReady(gateway);
    await redis.publish('user-status', { user_id: 7, status: 'the end' });
    for (const client of [alice, bob])
      await expect
        .poll(() => client.received.at(-1), { timeout: 10_000 })
        .toMatchObject({ args: [{ status: 'the end' }] });
    const statuses = bob.received.filter(({ event }) => event === 'user-status-changed');
    expect(statuses.length).toBeLessThan(published.length);
    expect(bob.received).toHaveLength(statuses.length);
    expect(await gateway.metric('gateway_gaps_total{reason="connection-lost"}')).toBe(1);
  });
});
