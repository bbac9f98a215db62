import { expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { openPolling } from '../sockets/raw-polling.ts';

const MESSAGES = 50;

test('what is counted as delivered when a stop begins reaches clients that poll, too', async () => {
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
    expect(client.received).toHaveLength(delivered);
  }
  expect(delivered).toBeGreaterThan(0);
  await stopped;
});

test('what is counted as sent while connections are closed one by one arrives, on either transport', async () => {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, DRAIN_FOR: '2' });
  await untilReady(gateway);
  // It never comes for its goodbye: the gateway waits for it, and can be asked what it counted.
  await openPolling(gateway.url);
  const clients = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      connectClient(gateway.url, TOKENS.alice, {
        transports: [index % 3 === 0 ? 'polling' : 'websocket'],
        reconnection: false,
      }),
    ),
  );
  const closes = clients.map((client) => client.next('disconnect'));
  const isOpen = (): boolean => clients.some(({ socket }) => socket.connected);

  const stopped = gateway.stop();
  while (isOpen()) await redis.publish('user-status', { user_id: 7, status: 'online' });
  await Promise.all(closes);
  const sent = await gateway.metric('websocket_messages_sent_total');

  expect(clients.reduce((sum, { received }) => sum + received.length, 0)).toBe(sent);
  expect(sent).toBeGreaterThan(0);
  await stopped;
});
