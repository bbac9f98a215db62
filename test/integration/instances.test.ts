import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const MESSAGES = 20;

describe('several instances on one Redis', () => {
  test.each([1, 2, 3])('with %i each client receives each event once, in order, on any of them', async (count) => {
    const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
    const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address };
    const gateways = await Promise.all(Array.from({ length: count }, () => startGateway(environment)));
    await Promise.all(gateways.map((gateway) => untilReady(gateway)));
    const clients = await Promise.all(
      gateways.flatMap(({ url }) => [
        connectClient(url, TOKENS.alice),
        connectClient(url, TOKENS.bob, { transports: ['polling'] }),
      ]),
    );

    const sent = Array.from({ length: MESSAGES }, (_, number) => ({ user_id: 7, status: `number ${number}` }));
    for (const message of sent) await redis.publish('user-status', message);
    await redis.publish('feature-status', { feature_id: 1, old_owner_id: 7, new_owner_id: 8 });

    for (const client of clients) {
      await client.next('feature-status-changed');
      await hearsNothingBefore(client);
      const events = client.received.filter(({ event }) => event === 'user-status-changed').map(({ args }) => args[0]);
      expect(events).toEqual(sent);
      expect(client.received.filter(({ event }) => event === 'feature-status-changed')).toHaveLength(1);
    }
  });
});

describe('the counters of a route', () => {
  test('add up: received = delivered + not here + dropped', async () => {
    const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
    const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address });
    await untilReady(gateway);
    const client = await connectClient(gateway.url, TOKENS.alice);
    const notification = { id: 1, user_id: 7, type: 'login', title: '', message: '' };
    const messages = [
      notification,
      notification,
      { ...notification, user_id: 99 },
      { ...notification, user_id: -1 },
      'no json',
      '[]',
    ];
    for (const message of messages) await redis.publish('notifications', message);
    await redis.publish('notifications', { ...notification, id: 'last' });
    for (let delivered = 0; delivered < 3; delivered += 1) await client.next('notification-received');

    const of = (name: string, labels = ''): Promise<number> =>
      gateway.metric(`gateway_route_${name}_total{route="notifications"${labels}}`);
    await expect.poll(() => of('delivered')).toBe(3);
    expect(await of('received')).toBe(7);
    expect(await of('not_here')).toBe(1);
    expect(await of('dropped', ',reason="invalid"')).toBe(1);
    expect(await of('dropped', ',reason="not-json"')).toBe(1);
    expect(await of('dropped', ',reason="not-object"')).toBe(1);
    expect(await of('recipients')).toBe(3);
  });
});
