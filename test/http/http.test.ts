import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady, type TestGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const ADMIN_TOKEN = 'an-admin-token-of-some-length';
const PROMETHEUS = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1';
const stops: (() => unknown)[] = [];
const finished = (stop: () => unknown): void => void stops.push(stop);
let gateway: TestGateway;
let environment: Record<string, string>;

beforeAll(async () => {
  const [redis, auth] = await Promise.all([startRedis({ finished }), startAuth(finished)]);
  environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address };
  gateway = await startGateway({ ...environment, ADMIN_TOKEN }, finished);
  await untilReady(gateway);
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

describe('/health', () => {
  test('reports connections, users and the plan', async () => {
    await connectClient(gateway.url, TOKENS.alice);
    await connectClient(gateway.url, TOKENS.alice);
    await connectClient(gateway.url, TOKENS.bob);
    expect(await gateway.get('/health')).toEqual({
      status: 200,
      body: {
        status: 'healthy',
        connections: 3,
        users: 2,
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        problems: [],
        plan: { number: 1, hash: expect.stringMatching(/^[0-9a-f]{12}$/), loadedAt: expect.any(String), routes: 3 },
      },
    });
  });

  test('is not disturbed by an auth service that is gone', async () => {
    const alone = await startGateway({ ...environment, AUTH_SERVICE_ADDR: '127.0.0.1:9' });
    await untilReady(alone);
    expect((await alone.get('/health/ready')).status).toBe(200);
  });
});

describe('/metrics', () => {
  test('is JSON for people, without user ids', async () => {
    const { body } = await gateway.get('/metrics');
    expect(body).toEqual({
      totalConnections: expect.any(Number),
      totalUsers: expect.any(Number),
      uptime: expect.any(Number),
      memory: expect.objectContaining({
        rss: expect.any(Number),
        heapTotal: expect.any(Number),
        heapUsed: expect.any(Number),
      }),
      timestamp: expect.any(String),
    });
  });

  test('shows user ids to the holder of the admin token, as numbers while they are exact', async () => {
    await connectClient(gateway.url, TOKENS.alice);
    await connectClient(gateway.url, TOKENS.big);
    const { body } = await gateway.get('/metrics', { authorization: `Bearer ${ADMIN_TOKEN}` });
    expect(body).toMatchObject({ usersList: expect.arrayContaining([7, '9007199254740993']) });
  });

  test.each(['', 'Bearer ', `Bearer ${ADMIN_TOKEN}x`, `Basic ${ADMIN_TOKEN}`, 'Bearer undefined'])(
    'keeps them from "%s"',
    async (authorization) => {
      const { body } = await gateway.get('/metrics', { authorization });
      expect(body).not.toHaveProperty('usersList');
    },
  );

  test('shows user ids to every request in development, and to no request without an admin token in production', async () => {
    const development = await startGateway({ ...environment, NODE_ENV: 'development' });
    const production = await startGateway(environment);
    expect((await development.get('/metrics')).body).toHaveProperty('usersList', []);
    expect((await production.get('/metrics', { authorization: 'Bearer undefined' })).body).not.toHaveProperty(
      'usersList',
    );
  });

  test.each([
    ['/metrics', PROMETHEUS, 'application/openmetrics-text'],
    ['/metrics', 'text/plain', 'text/plain'],
    ['/metrics?format=prometheus', '*/*', 'text/plain'],
    ['/metrics', '*/*', 'application/json'],
    ['/metrics', 'text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
  ])('%s with Accept "%s" is %s', async (path, accept, type) => {
    const response = await fetch(gateway.url + path, { headers: { accept } });
    expect(response.headers.get('content-type')).toContain(type);
  });

  test('has the names that dashboards know', async () => {
    const text = await gateway.metrics();
    const names = [
      'websocket_connections',
      'websocket_messages_sent_total',
      'websocket_messages_received_total',
      'websocket_connections_opened_total',
      'websocket_connections_closed_total',
      'websocket_connections_failed_total',
      'websocket_connection_duration_seconds',
      'redis_pubsub_messages_received_total',
      'websocket_broadcasts_total',
    ];
    for (const name of names) expect(text).toContain(`# TYPE ${name} `);
  });
});

describe('anything else', () => {
  test.each([
    '/',
    '/favicon.ico',
    '/console/x',
    '/admin/x',
    '/socket.io.js',
    '/socket.io/socket.io.js?x',
    '/metrics/x',
  ])('%s is not served', async (path) => {
    const response = await fetch(gateway.url + path);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  test.each(['/%', '/%00', '/metrics?a[__proto__]=1', `/health?${'a[]=1&'.repeat(1000)}`, `/${'x'.repeat(10_000)}`])(
    '%s is answered and harms nobody',
    async (path) => {
      const status = await rawStatus(path);
      expect(status).toBeLessThan(500);
      expect((await gateway.get('/health/live')).status).toBe(200);
    },
  );
});

/** As written: fetch would tidy the path. */
function rawStatus(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port: gateway.port, host: '127.0.0.1', path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
