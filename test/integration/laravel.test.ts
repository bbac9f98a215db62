import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const ORDER = {
  type: 'object',
  additionalProperties: false,
  required: ['buyer', 'order'],
  properties: {
    buyer: { type: ['integer', 'string'] },
    order: { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, price: { type: 'number' } } },
  },
};
const CHANNEL = 'laravel_database_private-orders';
const ROUTES = `version: 1
routes:
  shipped:
    channel: ${CHANNEL}
    envelope: laravel
    when: { event: 'App\\Events\\OrderShipped' }
    event: order-shipped
    schema: ../schemas/order.json
    target: { user: buyer }
    payload: /order
  cancelled:
    channel: ${CHANNEL}
    envelope: laravel
    when: { event: order.cancelled }
    event: order-cancelled
    schema: ../schemas/order.json
    target: broadcast
    on_invalid: quarantine
  bystander: { event: user-status-changed, schema: ../schemas/user-status.schema.json, target: broadcast }
`;

/** Publishes as RedisBroadcaster of Laravel does: the prefix before the channel, and `socket` in `data` too. */
function createBroadcaster(redis: Redis, prefix = 'laravel_database_') {
  return (channel: string, event: string, payload: object, socket: string | null = null) =>
    redis.publish(prefix + channel, JSON.stringify({ event, data: { ...payload, socket }, socket }));
}

async function staged() {
  const root = await mkdtemp(join(tmpdir(), 'gateway-'));
  await cp('config', join(root, 'config'), { recursive: true });
  await cp('schemas', join(root, 'schemas'), { recursive: true });
  await writeFile(join(root, 'schemas/order.json'), JSON.stringify(ORDER));
  const routesFile = join(root, 'config/routes.yaml');
  await writeFile(routesFile, ROUTES);
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await runProgram({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE: routesFile });
  await gateway.logged('subscribed to Redis');
  const publisher = new Redis(redis.port, '127.0.0.1');
  onTestFinished(() => publisher.disconnect());
  return { gateway, publisher, broadcast: createBroadcaster(publisher) };
}

test('broadcasts of Laravel reach the clients of their events, without what Laravel adds; other clients are not disturbed', async () => {
  const { gateway, publisher, broadcast } = await staged();
  const alice = await connectClient(gateway.url, TOKENS.alice);
  const bob = await connectClient(gateway.url, TOKENS.bob);

  await broadcast('private-orders', 'App\\Events\\OrderShipped', { buyer: 7, order: { id: 4, price: 1.5 } }, 'aQ1');
  await broadcast('private-orders', 'order.cancelled', { buyer: 7, order: { id: 5 } });
  // An event of another part of the application, a damaged broadcast, and a bare payload.
  await broadcast('private-orders', 'App\\Events\\OrderPaid', { buyer: 7 });
  await publisher.publish(CHANNEL, JSON.stringify({ event: 'order.cancelled', data: 'oops', socket: null }));
  await publisher.publish(CHANNEL, JSON.stringify({ buyer: 7, order: { id: 6 } }));
  await publisher.publish('bystander', JSON.stringify({ user_id: 7, status: 'online' }));

  expect(await alice.next('order-shipped')).toEqual([{ id: 4, price: 1.5 }]);
  expect(await alice.next('order-cancelled')).toEqual([{ buyer: 7, order: { id: 5 } }]);
  expect(await alice.next('user-status-changed')).toEqual([{ user_id: 7, status: 'online' }]);
  expect(await bob.next('order-cancelled')).toEqual([{ buyer: 7, order: { id: 5 } }]);
  expect(await bob.next('user-status-changed')).toEqual([{ user_id: 7, status: 'online' }]);
  await hearsNothingBefore(bob);
  expect(bob.received.map(({ event }) => event)).not.toContain('order-shipped');

  expect(await gateway.logged('message dropped')).toMatchObject({ route: 'cancelled', reason: 'not-laravel' });
  const dropped = (route: string) =>
    gateway.metric(`gateway_route_dropped_total{route="${route}",reason="not-laravel"}`);
  await expect.poll(() => dropped('cancelled')).toBe(1);
  expect(await gateway.metric('gateway_messages_passed_over_total')).toBe(2);
  expect(await publisher.xlen('gw:quarantine:{cancelled}')).toBe(1);
});
