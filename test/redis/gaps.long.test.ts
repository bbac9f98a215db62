import { describe, expect, test } from 'vitest';
import { untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { gapsOf, stageRedis } from './stage.ts';

async function stage() {
  const redis = await startRedis();
  const proxy = await startTcpProxy(redis.port);
  return { redis, proxy, ...(await stageRedis({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` })) };
}

/** Extra time for a busy machine. */
const SLACK_MS = 1500;

describe('a link to Redis', { timeout: 60_000 }, () => {
  test('that is reset: clients with notices learn the span of the gap, and events are delivered again', async () => {
    const { redis, proxy, gateway, nextGap, untilReceived } = await stage();
    const before = Date.now();
    proxy.resetOnce();
    const gap = await nextGap();
    expect(gap.reason).toBe('connection-lost');
    expect(gap.from).toBeLessThanOrEqual(before);
    expect(gap.to).toBeGreaterThan(before);
    await untilReceived(redis.publish);
    expect(await gateway.metric('gateway_gaps_total{reason="connection-lost"}')).toBe(1);
    expect(await gateway.metric('gateway_gap_seconds_total')).toBeCloseTo((gap.to - gap.from) / 1000, 2);
  });

  test.each([['both ways'], ['up'], ['down']] as const)(
    'that is cut in silence, %s, is noticed within four seconds, and healed within ten',
    async (way) => {
      const { redis, proxy, gateway, nextGap, untilReceived, alice } = await stage();
      const cut = Date.now();
      proxy.blackhole(way === 'both ways' ? undefined : way);
      const missed = { user_id: 7, status: 'missed' };
      await redis.publish('user-status', missed);
      await untilReady(gateway, 503);
      expect(Date.now() - cut).toBeLessThan(4000 + SLACK_MS);
      const healed = Date.now();
      proxy.pass();
      const gap = await nextGap();
      expect(gap.reason).toBe('no-answer');
      expect(gap.from).toBeLessThanOrEqual(cut);
      await untilReceived(redis.publish);
      expect(Date.now() - healed).toBeLessThan(10_000);
      // A message that arrives late, by a link that was given up, belongs to the gap.
      const received = alice.received.filter(({ args }) => JSON.stringify(args) === JSON.stringify([missed]));
      expect(received).toHaveLength(way === 'up' ? 1 : 0);
    },
  );

  test('to a Redis that hangs is given up, and opened again when Redis resumes', async () => {
    const { redis, gateway, nextGap, untilReceived } = await stage();
    const hung = Date.now();
    redis.hang();
    await untilReady(gateway, 503);
    expect(Date.now() - hung).toBeLessThan(4000 + SLACK_MS);
    redis.resume();
    expect(await nextGap()).toMatchObject({ reason: 'no-answer' });
    await untilReceived(redis.publish);
    expect(Date.now() - hung).toBeLessThan(14_000 + SLACK_MS);
  });

  test('to a Redis that dies and restarts empty is opened again', async () => {
    const { redis, gateway, nextGap, untilReceived } = await stage();
    await redis.stop();
    await untilReady(gateway, 503);
    const again = await startRedis({ port: redis.port });
    const gap = await nextGap();
    expect(gap.reason).toBe('connection-lost');
    await untilReceived(again.publish);
    expect(await gateway.metric('gateway_gaps_total{reason="connection-lost"}')).toBe(1);
  });

  test('that is slow delays messages and is no gap', async () => {
    const { redis, proxy, gateway, untilReceived } = await stage();
    proxy.delay(200, 100);
    const until = Date.now() + 7000;
    while (Date.now() < until) await untilReceived(redis.publish);
    expect(await gapsOf(gateway)).toBe(0);
  });

  test('is not given up while the gateway itself is busy', async () => {
    const { redis, gateway, untilReceived } = await stage();
    for (let i = 0; i < 4; i += 1) {
      stall(2500);
      await untilReceived(redis.publish);
    }
    expect(await gapsOf(gateway)).toBe(0);
  });
});

/** Blocks the event loop of this process, the gateway included. */
function stall(ms: number): void {
  const until = Date.now() + ms;
  while (Date.now() < until);
}
