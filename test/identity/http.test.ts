import { describe, expect, test } from 'vitest';
import { startHttpService, type HttpAnswer, type SeenRequest } from '../auth/methods/http-service.ts';
import { connectClient, createClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const USERS = new Map([
  ['Bearer 1|ada', 7],
  ['Bearer 2|bob', 8],
]);

/** Like `/api/user` of Laravel with Sanctum. */
function laravel({ headers }: SeenRequest): HttpAnswer {
  const id = USERS.get(headers.authorization ?? '');
  return id === undefined
    ? { status: 401, body: '{"message":"Unauthenticated."}' }
    : { status: 200, body: JSON.stringify({ id, name: 'x', email: 'x@example.com' }) };
}

async function stage() {
  let isDown = false;
  const redis = await startRedis();
  const service = await startHttpService((request) => (isDown ? { status: 502 } : laravel(request)));
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    AUTH_METHODS: 'http',
    AUTH_HTTP_URL: service.url.href,
    AUTH_CACHE_TTL: '0',
  });
  await untilReady(gateway);
  return { redis, gateway, service, setDown: (down: boolean) => void (isDown = down) };
}

const STATUS = { user_id: 7, status: 'online' };

describe('with AUTH_METHODS=http and an endpoint like that of Laravel', () => {
  test('clients connect as their users, and others are refused', async () => {
    const { redis, gateway } = await stage();
    const [ada, bob] = await Promise.all(['1|ada', '2|bob'].map((token) => connectClient(gateway.url, token)));
    const [error] = await createClient(gateway.url, { auth: { token: '3|eve' } }).next('connect_error');
    expect(error).toMatchObject({ data: { code: 'token-invalid', retry: false } });
    expect([ada?.welcome, bob?.welcome]).toMatchObject([{ userId: 7 }, { userId: 8 }]);
    await redis.publish('user-status', STATUS);
    expect(await ada?.next('user-status-changed')).toMatchObject([STATUS]);
  });

  test('an outage refuses no client finally, is seen in /health, and disturbs no connected client', async () => {
    const { redis, gateway, setDown } = await stage();
    const ada = await connectClient(gateway.url, '1|ada');
    setDown(true);
    const bob = createClient(gateway.url, { auth: { token: '2|bob' }, reconnectionDelayMax: 300 });
    await expect
      .poll(async () => await (await fetch(`${gateway.url}/health`)).json())
      .toMatchObject({ status: 'degraded', problems: [expect.stringContaining('HTTP_502')] });
    await redis.publish('user-status', STATUS);
    expect(await ada.next('user-status-changed')).toMatchObject([STATUS]);
    setDown(false);
    expect(await bob.next('connected')).toMatchObject([{ userId: 8 }]);
  });
});
