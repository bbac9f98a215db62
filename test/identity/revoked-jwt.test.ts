import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AUDIENCE, edPair, ISSUER, jwkOf, now, payloadOf, startKeyServer, tokenOf } from '../auth/jwt/issuer.ts';
import { connectClient, createClient } from '../support/client.ts';
import { freePort } from '../support/ports.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const KEY = edPair('one');
const ROUTES = `version: 1
routes:
  token-revoked:
    action: disconnect
    schema: ../schemas/user.schema.json
    target: { user: user_id }
  news:
    event: news
    schema: ../schemas/any.schema.json
    target: broadcast
`;

async function stage() {
  const root = await mkdtemp(join(tmpdir(), 'revoked-'));
  await Promise.all(['config', 'schemas'].map((folder) => mkdir(join(root, folder))));
  await writeFile(join(root, 'config', 'routes.yaml'), ROUTES);
  const user = { type: 'object', required: ['user_id'], properties: { user_id: { type: 'integer' } } };
  await writeFile(join(root, 'schemas', 'user.schema.json'), JSON.stringify(user));
  await writeFile(join(root, 'schemas', 'any.schema.json'), '{"type":"object"}');
  const keys = await startKeyServer({ keys: [jwkOf(KEY)] });
  const environment = (redis: string) => ({
    REDIS_URL: redis,
    AUTH_METHODS: 'jwt',
    AUTH_JWT_ISSUER: ISSUER,
    AUTH_JWT_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: keys.url.href,
    AUTH_CACHE_TTL: '0',
    ROUTES_FILE: join(root, 'config', 'routes.yaml'),
  });
  return { environment };
}

const issued = (secondsAgo: number, sub = '7'): string => tokenOf(KEY, payloadOf({ sub, iat: now() - secondsAgo }));

describe('a revoked JWT', () => {
  test('is refused by every instance, also by one that starts later; a later token is accepted', async () => {
    const redis = await startRedis();
    const { environment } = await stage();
    const [one, other] = await Promise.all([
      startGateway(environment(redis.url)),
      startGateway(environment(redis.url)),
    ]);
    await Promise.all([untilReady(one), untilReady(other)]);
    const client = await connectClient(one.url, issued(60));
    const bystander = await connectClient(other.url, issued(60, '8'));
    await redis.publish('token-revoked', { user_id: 7 });
    expect(await client.next('disconnect')).toEqual(['io server disconnect']);
    const late = await startGateway(environment(redis.url));
    await untilReady(late);
    for (const { url } of [one, other, late]) {
      const [error] = await createClient(url, { auth: { token: issued(60) }, reconnection: false }).next(
        'connect_error',
      );
      expect(error).toMatchObject({ data: { code: 'token-invalid', retry: false } });
    }
    // By the second: a token is issued in whole seconds.
    const again = await connectClient(late.url, issued(-2));
    await redis.publish('news', { n: 1 });
    expect(await bystander.next('news')).toEqual([{ n: 1 }]);
    expect(await again.next('news')).toEqual([{ n: 1 }]);
  });

  test('is not distinguished from a valid one while Redis is away at the start: its clients come back until then', async () => {
    const port = await freePort();
    const { environment } = await stage();
    const gateway = await startGateway(environment(`redis://127.0.0.1:${port}`));
    const client = createClient(gateway.url, { auth: { token: issued(60) }, reconnectionDelayMax: 300 });
    await expect
      .poll(async () => await (await fetch(`${gateway.url}/health`)).json(), { timeout: 5000 })
      .toMatchObject({
        problems: expect.arrayContaining([expect.stringContaining('revocations of JWTs are not read')]),
      });
    expect(client.socket.connected).toBe(false);
    await startRedis({ port });
    expect(await client.next('connected')).toMatchObject([{ userId: 7 }]);
  });
});
