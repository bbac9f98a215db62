import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

test('promtool finds nothing to say about the metrics', async () => {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address });
  await untilReady(gateway);
  const client = await connectClient(gateway.url, TOKENS.alice);
  await redis.publish('user-status', { user_id: 7, status: 'online' });
  await client.next('user-status-changed');

  const verdict = spawnSync('promtool', ['check', 'metrics'], { input: await gateway.metrics(), encoding: 'utf8' });

  expect(verdict.stdout + verdict.stderr).toBe('');
  expect(verdict.status).toBe(0);
});
