import { expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const MESSAGES = 50;

test('what is counted as delivered when a stop begins is heard by clients that poll, too', async () => {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address });
  await untilReady(gateway);
  const clients = await Promise.all(
    [TOKENS.alice, TOKENS.bob, TOKENS.carol].map((token) =>
      connectClient(gateway.url, token, { transports: ['polling'], reconnection: false }),
    ),
  );
  for (let number = 0; number < MESSAGES; number += 1)
    await redis.publish('user-status', { user_id: 7, status: `${number}` });

  const stopped = gateway.stop();
  const delivered = await gateway.metric('gateway_route_delivered_total{route="user-status"}');

  for (const client of clients) {
    await client.next('disconnect');
    expect(client.heard).toHaveLength(delivered);
  }
  expect(delivered).toBeGreaterThan(0);
  await stopped;
});
