import { expect, test } from 'vitest';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { startAuth, TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient, createClient, hearsNothingBefore, type TestClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const ROUTES = 'config/routes.metargb.yaml';

async function stage() {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    ROUTES_FILE: ROUTES,
    AUTH_MODE: 'optional',
  });
  await untilReady(gateway);
  const visitor = createClient(gateway.url);
  await visitor.next('connected');
  const alice = await connectClient(gateway.url, TOKENS.alice);
  return { redis, gateway, visitor, alice, map: readAsFrontEnd(visitor), aliceMap: readAsFrontEnd(alice) };
}

interface FrontEnd {
  /** Who is online, by user id. */
  readonly online: Map<string, boolean>;
  /** Status code of a feature, by its id. */
  readonly features: Map<string, unknown>;
  /** Resolves when the front end has taken in that many more events of that name. */
  hasSeen(event: string, times: number): Promise<void>;
}

/** What the React front end does with an event: unwrap `data` if it is there, want an id, keep ids as text. */
function readAsFrontEnd(client: TestClient): FrontEnd {
  const online = new Map<string, boolean>();
  const features = new Map<string, unknown>();
  client.socket.on('user-status-changed', (payload: unknown) => {
    const { user_id, online: isOnline } = unwrap(payload);
    if (isId(user_id)) online.set(String(user_id), Boolean(isOnline));
  });
  client.socket.on('feature-status-changed', (payload: unknown) => {
    const { id, rgb } = unwrap(payload);
    if (isId(id)) features.set(String(id), rgb);
  });
  return {
    online,
    features,
    async hasSeen(event, times) {
      for (let seen = 0; seen < times; seen += 1) await client.next(event);
    },
  };
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function unwrap(payload: unknown): Record<string, unknown> {
  const outer = asRecord(payload);
  return asRecord(outer['data'] ?? outer);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const NOTIFICATION = {
  id: '6f1c0e9a-1f0e-4a51-9a3e-2f8f0b1f7c11',
  user_id: Number(USERS.alice),
  type: 'sellFeature',
  title: 'ملک شما فروخته شد',
  message: 'ملک ۱۰۰۱ مالک تازه‌ای دارد.',
  data: { 'related-to': 'transactions', feature_id: '1001' },
  created_at: '2026-11-22T10:30:00.123456789+03:30',
};

test('nothing is found in the routes file of the real services', () => {
  expect(loadRoutes(ROUTES).findings).toEqual([]);
});

test('visitors and users see who logged in and out, as the auth service publishes it', async () => {
  const { redis, map, aliceMap } = await stage();

  await redis.publish('user-status-changed', { id: 42, online: true });
  await redis.publish('user-status-changed', { id: 43, online: false });

  for (const { online, hasSeen } of [map, aliceMap]) {
    await hasSeen('user-status-changed', 2);
    expect([...online]).toEqual([
      ['42', true],
      ['43', false],
    ]);
  }
});

test('visitors and users see who came and went, as later auth services publish it: wrapped, and with the id as text', async () => {
  const { redis, map, aliceMap } = await stage();

  await redis.publish('user-status', { data: { user_id: '42', online: true } });
  await redis.publish('user-status', { data: { user_id: USERS.big, online: true } });
  await redis.publish('user-status', { data: { user_id: '42', online: false } });

  for (const { online, hasSeen } of [map, aliceMap]) {
    await hasSeen('user-status-changed', 3);
    expect([...online]).toEqual([
      ['42', false],
      [USERS.big, true],
    ]);
  }
});

test.for(['feature-events', 'feature-status'])(
  'visitors and users see the new status of a feature from channel %s',
  async (channel) => {
    const { redis, map, aliceMap } = await stage();

    await redis.publish(channel, { id: 1001, rgb: 'a' });
    await redis.publish(channel, { id: 1002, rgb: 'bb' });
    await redis.publish(channel, { id: 1003, rgb: 'G' });
    await redis.publish(channel, { id: 1001, rgb: '' });

    for (const { features, hasSeen } of [map, aliceMap]) {
      await hasSeen('feature-status-changed', 4);
      expect([...features]).toEqual([
        ['1001', ''],
        ['1002', 'bb'],
        ['1003', 'G'],
      ]);
    }
  },
);

test('user status has one shape from both channels, and visitors get only the fields that are named', async () => {
  const { redis, visitor } = await stage();

  await redis.publish('user-status-changed', { id: 42, online: true, email: 'private@example.com' });
  await redis.publish('user-status', { data: { user_id: '42', online: true, ip: '192.0.2.1' } });
  await redis.publish('feature-events', { id: 1001, rgb: 'a', owner_email: 'private@example.com' });

  expect(await visitor.next('user-status-changed')).toEqual([{ user_id: 42, online: true }]);
  expect(await visitor.next('user-status-changed')).toEqual([{ user_id: '42', online: true }]);
  expect(await visitor.next('feature-status-changed')).toEqual([{ id: 1001, rgb: 'a' }]);
});

test('a notification reaches its user, and neither another user nor a visitor', async () => {
  const { redis, gateway, visitor, alice } = await stage();
  const bob = await connectClient(gateway.url, TOKENS.bob);

  await redis.publish('notifications', NOTIFICATION);

  expect(await alice.next('notification-received')).toEqual([NOTIFICATION]);
  for (const other of [bob, visitor]) {
    await hearsNothingBefore(other);
    expect(other.received.filter(({ event }) => event !== 'pong')).toEqual([]);
  }
});

test.for([
  { channel: 'user-status-changed', message: { id: 0, online: true }, why: 'an id that is nobody' },
  { channel: 'user-status-changed', message: { id: 42, online: 'yes' }, why: 'an online that is no boolean' },
  {
    channel: 'user-status',
    message: { user_id: 42, last_seen: '2026-11-22T10:30:00Z', status: 'online' },
    why: 'the shape of the default routes',
  },
  { channel: 'feature-events', message: { id: 1001, rgb: '#ff0000' }, why: 'a colour where a code belongs' },
  { channel: 'feature-events', message: { id: 1001 }, why: 'a feature without a status' },
])('a message on $channel with $why is dropped, counted, and does not stop the next', async ({ channel, message }) => {
  const { redis, gateway, visitor } = await stage();
  const route = channel === 'feature-events' ? 'feature-status' : channel;

  await redis.publish(channel, message);
  await redis.publish('feature-events', { id: 1001, rgb: 'a' });

  expect(await visitor.next('feature-status-changed')).toEqual([{ id: 1001, rgb: 'a' }]);
  expect(visitor.received).toHaveLength(1);
  const dropped = `gateway_route_dropped_total{route="${route}",reason="invalid"}`;
  expect(await gateway.metric(dropped)).toBe(1);
});
