import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startRedis } from '../support/redis-server.ts';
import { SLACK_MS } from '../support/slack.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { gapsOf, stageRedis } from './stage.ts';

async function startPair() {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  const admin = new Redis({ port: replica.port, host: '127.0.0.1' });
  onTestFinished(() => admin.disconnect());
  await expect.poll(() => admin.info('replication'), { timeout: 10_000 }).toContain('master_link_status:up');
  return { master, replica, admin };
}

describe('a working connection that no message reaches', { timeout: 60_000 }, () => {
  test('because its replica was detached is replaced by one to where publishers are', async () => {
    const { master, replica, admin } = await startPair();
    const proxy = await startTcpProxy(replica.port);
    const { nextGap, untilReceived } = await stageRedis({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    await untilReceived(master.publish);
    // Like a host name or an address that moves: open connections stay.
    proxy.leadTo(master.port);
    const detached = Date.now();
    await admin.replicaof('NO', 'ONE');
    const gap = await nextGap();
    expect(gap.reason).toBe('failover');
    expect(gap.from).toBeLessThanOrEqual(detached);
    expect(Date.now() - detached).toBeLessThan(4000 + SLACK_MS);
    await untilReceived(master.publish);
  });

  test('because its replica lost its master makes the gateway not ready until there is one', async () => {
    const { master, replica } = await startPair();
    const { gateway, nextGap, untilReceived } = await stageRedis({ REDIS_URL: replica.url });
    await untilReceived(master.publish);
    await master.stop();
    await expect.poll(() => gateway.metric('gateway_gaps_total{reason="starved"}'), { timeout: 10_000 }).toBe(1);
    expect((await gateway.get('/health/ready')).status).toBe(503);
    const again = await startRedis({ port: master.port });
    expect(await nextGap()).toMatchObject({ reason: 'starved' });
    await untilReceived(again.publish);
    expect(await gapsOf(gateway)).toBe(1);
  });

  test('because its address leads to another server is found by probes, which are sent there, too', async () => {
    const [old, now] = await Promise.all([startRedis(), startRedis()]);
    const proxy = await startTcpProxy(old.port);
    const { nextGap, untilReceived } = await stageRedis({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` });
    await untilReceived(old.publish);
    proxy.leadTo(now.port);
    const moved = Date.now();
    const gap = await nextGap();
    expect(gap.reason).toBe('starved');
    expect(gap.from).toBeLessThanOrEqual(moved);
    expect(Date.now() - moved).toBeLessThan(18_000 + SLACK_MS);
    await untilReceived(now.publish);
  });
});
