import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import {
  AUDIENCE,
  edPair,
  forgedToken,
  ISSUER,
  jwkOf,
  now,
  payloadOf,
  rsaPair,
  startKeyServer,
  tokenOf,
} from '../auth/jwt/issuer.ts';

const KEYS = rsaPair('first');
const ROTATED = edPair('second');

async function stage(methods = 'jwt,grpc') {
  const [redis, auth, keys] = await Promise.all([startRedis(), startAuth(), startKeyServer({ keys: [jwkOf(KEYS)] })]);
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    AUTH_METHODS: methods,
    AUTH_JWT_ISSUER: ISSUER,
    AUTH_JWT_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: keys.url.href,
  });
  await untilReady(gateway);
  return { redis, auth, keys, gateway };
}

const STATUS = { user_id: 7, status: 'online' };

describe('with AUTH_METHODS=jwt,grpc', () => {
  test.each([['websocket'], ['polling']])('JWTs and other tokens connect as their users by %s', async (transport) => {
    const { redis, gateway } = await stage();
    const transports = [transport];
    const byJwt = await connectClient(gateway.url, tokenOf(KEYS, payloadOf({ sub: '21' })), { transports });
    const byService = await connectClient(gateway.url, TOKENS.bob, { transports });
    expect([byJwt.welcome, byService.welcome]).toMatchObject([{ userId: 21 }, { userId: 8 }]);
    await redis.publish('user-status', STATUS);
    expect(await byJwt.next('user-status-changed')).toMatchObject([STATUS]);
    expect(await byService.next('user-status-changed')).toMatchObject([STATUS]);
  });

  test('a JWT of the issuer that is refused never goes to the auth service, and healthy clients notice nothing', async () => {
    const { redis, gateway, auth } = await stage();
    const bystander = await connectClient(gateway.url, tokenOf(KEYS));
    auth.stop();
    // The service is away: a token that went to it would be told to come back.
    for (const token of [
      tokenOf(KEYS, payloadOf({ aud: 'other' })),
      tokenOf(KEYS, payloadOf({ exp: now() - 60, iat: now() - 120 })),
      tokenOf(rsaPair('first')),
      forgedToken({ alg: 'none' }, payloadOf()),
    ]) {
      const [error] = await createClient(gateway.url, { auth: { token }, reconnection: false }).next('connect_error');
      expect(error).toMatchObject({ data: { code: 'token-invalid', retry: false } });
    }
    const again = await connectClient(gateway.url, tokenOf(KEYS, payloadOf({ sub: '9' })));
    await redis.publish('user-status', STATUS);
    expect(await bystander.next('user-status-changed')).toMatchObject([STATUS]);
    expect(await again.next('user-status-changed')).toMatchObject([STATUS]);
  });

  test('new keys are found, and old ones serve while the key server is away', async () => {
    const { keys, gateway } = await stage();
    await connectClient(gateway.url, tokenOf(KEYS));
    keys.answer = { keys: [jwkOf(KEYS), jwkOf(ROTATED)] };
    await connectClient(gateway.url, tokenOf(ROTATED));
    await keys.stop();
    await connectClient(gateway.url, tokenOf(KEYS, payloadOf({ sub: '22' })));
    const last = await connectClient(gateway.url, tokenOf(ROTATED, payloadOf({ sub: '23' })));
    expect(last.welcome).toMatchObject({ userId: 23 });
  });

  test('a token of 10 KiB connects', async () => {
    const { gateway } = await stage();
    const groups = Array.from({ length: 200 }, (_, i) => `group-${i}-of-the-directory-of-the-company`);
    const token = tokenOf(KEYS, payloadOf({ groups }));
    expect(token.length).toBeGreaterThan(10_000);
    expect((await connectClient(gateway.url, token)).welcome).toMatchObject({ userId: 7 });
  });
});

describe('with AUTH_METHODS=jwt', () => {
  test('other tokens are invalid, and no auth service is needed', async () => {
    const { gateway, auth } = await stage('jwt');
    auth.stop();
    const [error] = await createClient(gateway.url, { auth: { token: TOKENS.alice } }).next('connect_error');
    expect(error).toMatchObject({ data: { code: 'token-invalid', retry: false } });
    await connectClient(gateway.url, tokenOf(KEYS));
  });

  test('clients come back by themselves once the keys can be loaded', async () => {
    const [redis, keys] = await Promise.all([startRedis(), startKeyServer(500)]);
    const gateway = await startGateway({
      REDIS_URL: redis.url,
      AUTH_METHODS: 'jwt',
      AUTH_JWT_ISSUER: ISSUER,
      AUTH_JWT_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URL: keys.url.href,
    });
    await untilReady(gateway);
    const client = createClient(gateway.url, { auth: { token: tokenOf(KEYS) }, reconnectionDelayMax: 500 });
    await client.next('disconnect').catch(() => undefined);
    const health = await fetch(`${gateway.url}/health`);
    expect(await health.json()).toMatchObject({
      status: 'degraded',
      problems: [expect.stringContaining('auth: the keys of the JWT issuer cannot be loaded')],
    });
    keys.answer = { keys: [jwkOf(KEYS)] };
    expect(await client.next('connected')).toMatchObject([{ userId: 7 }]);
  });
});
