import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

async function stage() {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address });
  await untilReady(gateway);
  return { redis, gateway };
}

describe('the three routes of the default file', () => {
  test('a notification reaches its user, on each of their tabs, and no other user', async () => {
    const { redis, gateway } = await stage();
    const tab1 = await connectClient(gateway.url, TOKENS.alice);
    const tab2 = await connectClient(gateway.url, TOKENS.alice, { transports: ['polling'] });
    const bob = await connectClient(gateway.url, TOKENS.bob);
    const notification = { id: 'n-1', user_id: 7, type: 'login', title: 'Hello', message: 'You are in.' };

    await redis.publish('notifications', notification);

    expect(await tab1.next('notification-received')).toEqual([notification]);
    expect(await tab2.next('notification-received')).toEqual([notification]);
    await hearsNothingBefore(bob);
    expect(bob.received.filter(({ event }) => event !== 'pong')).toEqual([]);
  });
});
