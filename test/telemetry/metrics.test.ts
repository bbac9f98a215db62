import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient } from '../support/client.ts';
import { startGateway, untilReady, type TestGateway } from '../support/gateway.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { runProgram } from '../support/program.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['user_id'],
  properties: { user_id: { type: 'integer' } },
};

/** A routes file of so many routes, each with a channel and an event of its own. */
async function routesFile(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  const routes = Array.from({ length: count }, (_, i) => [
    `r${i}`,
    { event: `e${i}`, schema: 'any.json', target: { user: 'user_id' } },
  ]);
  const file = { version: 1, envelope: { time: 'at' }, routes: Object.fromEntries(routes) };
  await writeFile(join(folder, 'any.json'), JSON.stringify(SCHEMA));
  await writeFile(join(folder, 'routes.yaml'), JSON.stringify(file));
  return join(folder, 'routes.yaml');
}

async function staged(routes = 1): Promise<{ gateway: TestGateway; redis: RedisServer }> {
  const [redis, auth, file] = await Promise.all([startRedis(), startAuth(), routesFile(routes)]);
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE: file });
  await untilReady(gateway);
  return { gateway, redis };
}

async function openMetrics(gateway: TestGateway): Promise<string> {
  const response = await fetch(`${gateway.url}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
  expect(response.headers.get('content-type')).toContain('application/openmetrics-text; version=1.0.0');
  return response.text();
}

const seriesIn = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test.each([1, 10, 100])(
  '%i routes make no more than 230 series of the instance and 20 each, after messages and clients of all kinds',
  async (count) => {
    const { gateway, redis } = await staged(count);
    const client = await connectClient(gateway.url, TOKENS.alice);
    await createClient(gateway.url, { auth: { token: 'bad' } }).next('connect_error');
    for (let i = 0; i < count; i += 1) {
      await redis.publish(`r${i}`, { user_id: 7, at: Date.now() });
      for (const bad of ['{', '[]', '{}', '{"user_id":0}', '{"user_id":99}']) await redis.publish(`r${i}`, bad);
      await client.next(`e${i}`);
    }
    await expect.poll(() => gateway.metric('gateway_route_received_total'), { timeout: 15_000 }).toBe(6 * count);
    const series = seriesIn(await gateway.metrics());
    const ofRoutes = series.filter((line) => /^\w+\{(route|event)="/.test(line));
    expect(ofRoutes.length).toBeLessThanOrEqual(20 * count);
    expect(series.length - ofRoutes.length).toBeLessThanOrEqual(230);
  },
);

test('each route’s received are its delivered, not-here and dropped', async () => {
  const { gateway, redis } = await staged(2);
  const client = await connectClient(gateway.url, TOKENS.alice);
  for (const channel of ['r0', 'r1', 'r0'])
    for (const message of ['{"user_id":7}', '{"user_id":99}', '{"user_id":0}', 'no'])
      await redis.publish(channel, message);
  await client.next('e0');
  await expect.poll(() => gateway.metric('gateway_route_received_total'), { timeout: 15_000 }).toBe(12);
  for (const route of ['r0', 'r1']) {
    const of = (name: string): Promise<number> => gateway.metric(`gateway_route_${name}_total{route="${route}"}`);
    const drops = seriesIn(await gateway.metrics()).filter((line) =>
      line.startsWith(`gateway_route_dropped_total{route="${route}"`),
    );
    const dropped = drops.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect((await of('delivered')) + (await of('not_here')) + dropped).toBe(await of('received'));
    expect(dropped).toBe(2 * (await of('delivered')));
  }
});

describe('the lag', () => {
  test('is reported of delivered messages that carry a time, for all and for each route', async () => {
    const { gateway, redis } = await staged(2);
    const client = await connectClient(gateway.url, TOKENS.alice);
    await redis.publish('r0', { user_id: 7, at: Date.now() - 5000 });
    await redis.publish('r0', { user_id: 7, at: new Date(Date.now() - 7000).toISOString() });
    await redis.publish('r0', { user_id: 7 });
    await redis.publish('r0', { user_id: 99, at: Date.now() - 9000 });
    // The publisher's clock is ahead.
    await redis.publish('r1', { user_id: 7, at: Date.now() + 60_000 });
    await client.next('e1');
    expect(await gateway.metric('gateway_route_timed_messages_total{route="r0"}')).toBe(2);
    const seconds = await gateway.metric('gateway_route_lag_seconds_total{route="r0"}');
    expect(seconds).toBeGreaterThanOrEqual(12);
    expect(seconds).toBeLessThan(60);
    expect(await gateway.metric('gateway_route_lag_seconds_total{route="r1"}')).toBe(0);
    expect(await gateway.metric('gateway_lag_seconds_count')).toBe(3);
    expect(await gateway.metric('gateway_lag_seconds_bucket{le="1"}')).toBe(1);
  });
});

test('connections are counted by transport and identity', async () => {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    AUTH_MODE: 'optional',
  });
  await connectClient(gateway.url, TOKENS.alice);
  await createClient(gateway.url, { transports: ['polling'] }).next('connected');
  const open = (transport: string, identity: string): Promise<number> =>
    gateway.metric(`websocket_connections{transport="${transport}",identity="${identity}"}`);
  expect(await open('websocket', 'user')).toBe(1);
  expect(await open('polling', 'anonymous')).toBe(1);
  expect(await open('websocket', 'anonymous')).toBe(0);
  expect(await gateway.metric('websocket_connections')).toBe(2);
});

describe('as OpenMetrics', () => {
  test('the metrics are the same, and Prometheus’ text stays as it was', async () => {
    const { gateway } = await staged();
    const before = (await gateway.metrics()).split('\n').filter((line) => line.startsWith('# TYPE'));
    const text = await openMetrics(gateway);
    expect(text.trimEnd().endsWith('# EOF')).toBe(true);
    expect(text).toContain('# TYPE gateway_route_received counter');
    expect(text).toContain('gateway_route_received_total{route="r0"} 0');
    expect((await gateway.metrics()).split('\n').filter((line) => line.startsWith('# TYPE'))).toEqual(before);
  });

  test('histograms lead to the traces that they count', async () => {
    const [receiver, redis, auth, file] = await Promise.all([
      startOtlpReceiver(),
      startRedis(),
      startAuth(),
      routesFile(1),
    ]);
    const program = await runProgram({
      REDIS_URL: redis.url,
      AUTH_SERVICE_ADDR: auth.address,
      ROUTES_FILE: file,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    await program.logged('subscribed to Redis');
    const client = await connectClient(program.url, TOKENS.alice);
    await redis.publish('r0', { user_id: 7, at: Date.now() });
    await client.next('e0');
    const { traceId } = await receiver.span('process r0');
    const call = await receiver.span('auth.AuthService/ValidateToken');
    const text = await openMetrics(program);
    const exemplars = (name: string): string[] =>
      seriesIn(text).flatMap((line) =>
        line.startsWith(name) ? [...(/trace_id="(\w+)"/.exec(line)?.slice(1) ?? [])] : [],
      );
    expect(exemplars('gateway_dispatch_duration_seconds_bucket')).toEqual([traceId]);
    expect(exemplars('gateway_lag_seconds_bucket')).toEqual([traceId]);
    expect(exemplars('gateway_auth_call_duration_seconds_bucket')).toEqual([call.traceId]);
    expect(exemplars('websocket_connection_duration_seconds_bucket')).toEqual([]);
  });
});
