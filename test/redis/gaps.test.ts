import { describe, expect, test } from 'vitest';
import { startRedis } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { stageRedis } from './stage.ts';

async function stage() {
  const redis = await startRedis();
  const proxy = await startTcpProxy(redis.port);
  return { redis, proxy, ...(await stageRedis({ REDIS_URL: `redis://127.0.0.1:${proxy.port}` })) };
}

describe('a link to Redis', { timeout: 60_000 }, () => {
  test('that is reset: who asked is told from when to when, and events flow again', async () => {
    const { redis, proxy, gateway, nextGap, untilHeard } = await stage();
    const before = Date.now();
    proxy.resetOnce();
    const gap = await nextGap();
    expect(gap.reason).toBe('connection-lost');
    expect(gap.from).toBeLessThanOrEqual(before);
    expect(gap.to).toBeGreaterThan(before);
    await untilHeard(redis.publish);
    expect(await gateway.metric('gateway_gaps_total{reason="connection-lost"}')).toBe(1);
    expect(await gateway.metric('gateway_gap_seconds_total')).toBeCloseTo((gap.to - gap.from) / 1000, 2);
  });
});
