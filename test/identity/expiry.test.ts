import { describe, expect, test } from 'vitest';
import { AUDIENCE, edPair, ISSUER, jwkOf, now, payloadOf, startKeyServer, tokenOf } from '../auth/jwt/issuer.ts';
import { connectClient, createClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const KEY = edPair('one');

async function stage(server: string) {
  const [redis, keys] = await Promise.all([startRedis(), startKeyServer({ keys: [jwkOf(KEY)] })]);
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    AUTH_METHODS: 'jwt',
    AUTH_JWT_ISSUER: ISSUER,
    AUTH_JWT_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: keys.url.href,
    AUTH_MODE: 'optional',
    WEBSOCKET_SERVER: server,
  });
  await untilReady(gateway);
  const bystander = await connectClient(gateway.url, tokenOf(KEY, payloadOf({ sub: '9' })));
  return { redis, gateway, bystander };
}

/** A token that lives for so many seconds. */
const short = (seconds: number, sub = '7'): string => tokenOf(KEY, payloadOf({ sub, exp: now() + seconds }));
const untilSecond = async (second: number): Promise<void> => {
  await expect.poll(now, { timeout: 10_000, interval: 20 }).toBeGreaterThanOrEqual(second);
};
const status = (text: string) => ({ user_id: 7, status: text });

describe.each([
  ['gateway', 'websocket'],
  ['gateway', 'polling'],
  ['socket.io', 'websocket'],
])('on the server %s by %s', (server, transport) => {
  const options = { transports: [transport], reconnectionDelay: 100 };

  test('a client whose token expires is notified and receives nothing more, and others receive everything', async () => {
    const { redis, gateway, bystander } = await stage(server);
    const exp = now() + 3;
    const client = await connectClient(gateway.url, '', {
      ...options,
      auth: { token: tokenOf(KEY, payloadOf({ exp })), notices: true },
    });
    expect(await client.next('gateway:expiring')).toMatchObject([{ after: expect.any(Number) }]);
    await redis.publish('user-status', status('before'));
    expect(await client.next('user-status-changed')).toMatchObject([status('before')]);
    await untilSecond(exp);
    await redis.publish('user-status', status('after'));
    expect(await bystander.next('user-status-changed')).toMatchObject([status('before')]);
    expect(await bystander.next('user-status-changed')).toMatchObject([status('after')]);
    const received = client.received.filter(({ event }) => event === 'user-status-changed');
    expect(received).toHaveLength(1);
  });

  test('a client that sends a fresh token keeps its connection and receives everything', async () => {
    const { redis, gateway } = await stage(server);
    const exp = now() + 2;
    const client = await connectClient(gateway.url, tokenOf(KEY, payloadOf({ exp })), options);
    const { id } = client.socket;
    const fresh = now() + 600;
    expect(await client.socket.emitWithAck('gateway:token', tokenOf(KEY, payloadOf({ exp: fresh })))).toEqual({
      ok: true,
      expires_at: fresh,
    });
    await untilSecond(exp + 1);
    await redis.publish('user-status', status('after'));
    expect(await client.next('user-status-changed')).toMatchObject([status('after')]);
    expect(client.socket.id).toBe(id);
  });

  test.each<[string, () => unknown, object]>([
    ['a token of another user', () => short(600, '8'), { ok: false, code: 'other-user', retry: false }],
    ['an expired token', () => short(-60), { ok: false, code: 'token-invalid', retry: false }],
    ['no token', () => undefined, { ok: false, code: 'token-missing', retry: false }],
    ['an object', () => ({ token: 'x' }), { ok: false, code: 'token-malformed', retry: false }],
  ])('%s is refused, and the connection stays as it is', async (_, token, answer) => {
    const { redis, gateway } = await stage(server);
    const client = await connectClient(gateway.url, short(600), options);
    expect(await client.socket.emitWithAck('gateway:token', token())).toEqual(answer);
    await redis.publish('user-status', status('still there'));
    expect(await client.next('user-status-changed')).toMatchObject([status('still there')]);
  });

  test('an anonymous client cannot become a user', async () => {
    const { gateway } = await stage(server);
    const client = createClient(gateway.url, options);
    await client.next('connected');
    expect(await client.socket.emitWithAck('gateway:token', short(600))).toEqual({
      ok: false,
      code: 'other-user',
      retry: false,
    });
  });
});
