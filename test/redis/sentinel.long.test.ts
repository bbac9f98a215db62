import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { untilReady } from '../support/gateway.ts';
import { SLACK_MS } from '../support/slack.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { startSentinelSet, type SentinelSet } from './sentinel-set.ts';
import { gapsOf, stageRedis } from './stage.ts';

function urlOf({ sentinelPorts }: Pick<SentinelSet, 'sentinelPorts'>): string {
  return `redis+sentinel://${sentinelPorts.map((port) => `127.0.0.1:${port}`).join()}/my-master/1`;
}

describe('sentinels', { timeout: 120_000 }, () => {
  test('a master that hangs: the gateway follows the failover, and stays when the old master resumes', async () => {
    const set = await startSentinelSet();
    const { gateway, nextGap, untilReceived, alice, bob } = await stageRedis({ REDIS_URL: urlOf(set) });
    await untilReceived(set.master.publish);
    const hung = Date.now();
    set.master.hang();
    const gap = await nextGap();
    expect(['no-answer', 'failover']).toContain(gap.reason);
    expect(gap.from).toBeLessThanOrEqual(hung);
    await untilReceived(set.replica.publish);
    expect(Date.now() - hung).toBeLessThan(18_000 + SLACK_MS);
    await set.untilFailedOver();

    set.master.resume();
    // A replica delivers what its master gets; the gateway must stay with the new master.
    const until = Date.now() + 5000;
    while (Date.now() < until) await untilReceived(set.replica.publish);
    expect(await gapsOf(gateway)).toBe(1);
    const missed = [alice, bob].flatMap(({ received }) => received.filter(({ event }) => event === 'connect_error'));
    expect(missed).toEqual([]);
  });

  test('a master that dies: the same', async () => {
    const set = await startSentinelSet();
    const { gateway, nextGap, untilReceived } = await stageRedis({ REDIS_URL: urlOf(set) });
    const died = Date.now();
    await set.master.stop();
    await untilReady(gateway, 503);
    expect((await nextGap()).reason).toBe('connection-lost');
    await untilReceived(set.replica.publish);
    expect(Date.now() - died).toBeLessThan(18_000 + SLACK_MS);
  });

  test('a planned failover: the old master continues as a replica, and the gateway moves', async () => {
    const set = await startSentinelSet();
    const { gateway, nextGap, untilReceived } = await stageRedis({ REDIS_URL: urlOf(set) });
    await set.failOver();
    expect((await nextGap()).reason).toBe('failover');
    await untilReceived(set.replica.publish);
    expect(await gapsOf(gateway)).toBe(1);
  });

  test('a failover while no sentinel answers: the gap begins at the last answer of their majority', async () => {
    const set = await startSentinelSet();
    const proxies = await Promise.all(set.sentinelPorts.map((port) => startTcpProxy(port)));
    const url = urlOf({ sentinelPorts: proxies.map(({ port }) => port) });
    const { gateway, nextGap, untilReceived } = await stageRedis({ REDIS_URL: url });
    // One sentinel is left, which proves nothing alone.
    for (const proxy of proxies.slice(1)) proxy.blackhole();
    const unseen = Date.now();
    // Longer than a link that is silent is trusted: a gap would have been counted.
    await pause(6000);
    expect(await gapsOf(gateway)).toBe(0);
    expect(await gateway.get('/health')).toMatchObject({ status: 200, body: { status: 'degraded' } });
    for (const proxy of proxies) proxy.blackhole();
    await set.failOver();
    await untilReady(gateway, 503);
    for (const proxy of proxies) proxy.pass();
    const gap = await nextGap();
    // Sentinels close the connections to a master that they make a replica.
    expect(gap.reason).toBe('connection-lost');
    expect(gap.from).toBeLessThan(unseen + 1000);
    expect(gap.from).toBeGreaterThan(unseen - 4000);
    await untilReceived(set.replica.publish);
  });
});
