import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../sockets/raw-http.ts';
import { runGateway } from '../sockets/running-gateway.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const TOKEN = 'an-admin-token-of-some-length';
/** Nobody is asked here. */
const NOWHERE = { REDIS_URL: 'redis://127.0.0.1:9', AUTH_SERVICE_ADDR: '127.0.0.1:9' };
const DEVELOPMENT = { ...NOWHERE, NODE_ENV: 'development' };
const stops: (() => unknown)[] = [];
const finished = (stop: () => unknown): void => void stops.push(stop);
let production: TestGateway;
let guarded: TestGateway;
let open: TestGateway;
let developmentWithToken: TestGateway;

beforeAll(async () => {
  [production, guarded, open, developmentWithToken] = await Promise.all([
    startGateway(NOWHERE, finished),
    startGateway({ ...NOWHERE, ADMIN_TOKEN: TOKEN }, finished),
    startGateway(DEVELOPMENT, finished),
    startGateway({ ...DEVELOPMENT, ADMIN_TOKEN: TOKEN }, finished),
  ]);
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

describe('in production without ADMIN_TOKEN', () => {
  test.each(['/admin/plan', '/admin/explain', '/admin', '/console', '/docs'])(
    '%s is as any unknown path, whatever is given',
    async (path) => {
      const unknown = await ask(production.url, '/unknown');
      for (const headers of [{}, { authorization: 'Bearer undefined' }, { authorization: `Bearer ${TOKEN}` }])
        expect(await ask(production.url, path, { headers })).toMatchObject({ status: 404, body: unknown.body });
      expect(unknown.body).not.toContain('admin');
    },
  );

  test('the same holds where NODE_ENV is test', async () => {
    const gateway = await startGateway({ ...NOWHERE, NODE_ENV: 'test' });
    expect((await ask(gateway.url, '/admin/plan')).status).toBe(404);
  });
});

describe('with ADMIN_TOKEN', () => {
  test.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `Bearer  ${TOKEN}`])(
    '"%s" gets in, in production and in development',
    async (authorization) => {
      for (const { url } of [guarded, developmentWithToken])
        expect((await ask(url, '/admin/plan', { headers: { authorization } })).status).toBe(200);
    },
  );

  test.each([
    ['nothing', {}, 'no Authorization header'],
    ['no value', { authorization: 'Bearer' }, 'another Authorization'],
    ['another token', { authorization: `Bearer ${TOKEN}x` }, 'another Authorization'],
    ['the beginning of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }, 'another Authorization'],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, 'another Authorization'],
  ])('%s is answered with 401, wherever it is asked', async (_, headers, found) => {
    for (const { url } of [guarded, developmentWithToken])
      for (const path of ['/admin/plan', '/ADMIN/plan', '/admin/', '/admin/unknown', '/admin/../admin/plan']) {
        const { status, headers: answered, body } = await ask(url, path, { headers });
        expect(status).toBe(401);
        expect(answered['www-authenticate']).toBe('Bearer realm="gateway admin"');
        expect(JSON.parse(body)).toEqual({ error: expect.stringContaining(found) });
        expect(body).not.toContain(TOKEN.slice(0, 8));
      }
  });

  test('no name and no other site matters: a token is nothing that a browser adds by itself', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, host: 'gateway.example.com', 'sec-fetch-site': 'cross-site' };
    expect((await ask(guarded.url, '/admin/plan', { headers })).status).toBe(200);
  });

  test('a refusal is logged, once a second, without the token', async () => {
    const redis = await startRedis();
    const environment = { ...NOWHERE, REDIS_URL: redis.url, ADMIN_TOKEN: TOKEN };
    const gateway = await runGateway(environment, onTestFinished);
    const headers = { authorization: 'Bearer canary-5c1e77-canary' };
    for (let i = 0; i < 5; i += 1) await ask(gateway.url, '/admin/plan', { headers });
    await gateway.logged('"status":401,"address":"127.0.0.1","msg":"admin request refused"');
    expect(gateway.log().match(/admin request refused/g)?.length).toBeLessThan(5);
    expect(gateway.log()).not.toMatch(/canary|an-admin-token/);
  });
});

describe('in development without ADMIN_TOKEN', () => {
  test.each([
    'localhost:3000',
    'LOCALHOST',
    'console.localhost:3000',
    '127.0.0.1:3000',
    '192.168.1.20',
    '[::1]:3000',
    '[fe80::1]',
  ])('Host %s gets in', async (host) => {
    expect((await ask(open.url, '/admin/plan', { headers: { host } })).status).toBe(200);
  });

  test.each([
    'gateway.example.com',
    'gateway:3000',
    'localhost.example.com',
    '127.0.0.1.example.com',
    'xlocalhost',
    '127.0.0.1@evil.example',
    '[evil.example]',
    '2130706433',
  ])('Host "%s" does not: any site may use such a name for this address', async (host) => {
    const { status, body } = await ask(open.url, '/admin/plan', { headers: { host } });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({ error: expect.stringContaining(`found Host ${JSON.stringify(host)}`) });
  });

  test.each([
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'nonsense' }, 403],
    [{ origin: 'http://localhost:3000' }, 200],
    [{ origin: 'https://localhost:3000' }, 200],
    [{ origin: 'http://localhost:3001' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'http://localhost:3000.evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, 403],
  ])('a page that sends %j is answered with %d', async (page, status) => {
    const headers = { host: 'localhost:3000', ...page };
    const answer = await ask(open.url, '/admin/plan', { headers: Object.fromEntries(Object.entries(headers)) });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('answers reveal nothing to pages of another site', async () => {
    const { headers } = await ask(open.url, '/admin/plan', { headers: { host: 'localhost' } });
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });
});

describe('a method that is not there', () => {
  test.each([
    ['POST', '/admin/plan', 'GET'],
    ['DELETE', '/admin/plan', 'GET'],
    ['OPTIONS', '/admin/plan', 'GET'],
  ])('%s %s is answered with 405', async (method, path, allowed) => {
    const { status, headers, body } = await ask(open.url, path, { method });
    expect(status).toBe(405);
    expect(headers.allow).toBe(allowed);
    expect(JSON.parse(body)).toEqual({ error: `found ${method}; allowed is ${allowed}` });
  });

  test('an unknown path under /admin names those that are there', async () => {
    const { status, body } = await ask(open.url, '/admin/plans');
    expect(status).toBe(404);
    expect(body).toContain('"/admin/plan"');
  });
});
