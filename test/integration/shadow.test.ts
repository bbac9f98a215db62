import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const ROUTES = `version: 1
routes:
  user-status:
    event: user-status-changed
    schema: ../schemas/user-status.schema.json
    schema_next: ../schemas/strict.schema.json
    target: broadcast
  user-alone:
    channel: user-status
    event: user-status-changed
    schema: ../schemas/user-status.schema.json
    target: { user: user_id }
    shadow: true
`;
const STRICT = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['user_id', 'since'],
  properties: { user_id: { type: ['integer', 'string'] }, since: { type: 'string' } },
};

test('a stricter schema and a narrower target are tried on live messages: counted, while clients receive what they did before', async () => {
  const root = await mkdtemp(join(tmpdir(), 'gateway-'));
  await cp('schemas', join(root, 'schemas'), { recursive: true });
  await cp('config', join(root, 'config'), { recursive: true });
  const routesFile = join(root, 'config', 'routes.yaml');
  await writeFile(routesFile, ROUTES);
  await writeFile(join(root, 'schemas', 'strict.schema.json'), JSON.stringify(STRICT));
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    ROUTES_FILE: routesFile,
  });
  await untilReady(gateway);
  const alice = await connectClient(gateway.url, TOKENS.alice);
  const bob = await connectClient(gateway.url, TOKENS.bob);

  const messages = [
    { user_id: 7, status: 'online' },
    { user_id: 7, status: 'online', since: 'noon' },
    { user_id: 99, status: 'online' },
  ];
  for (const message of messages) await redis.publish('user-status', message);

  for (const client of [alice, bob]) {
    for (const message of messages) expect(await client.next('user-status-changed')).toEqual([message]);
    await hearsNothingBefore(client);
    expect(client.received.filter(({ event }) => event === 'user-status-changed')).toHaveLength(messages.length);
  }
  const counted = async (series: string): Promise<number> => gateway.metric(series);
  expect(await counted('gateway_schema_next_total{route="user-status",verdict="would-drop"}')).toBe(2);
  expect(await counted('gateway_schema_next_total{route="user-status",verdict="same"}')).toBe(1);
  expect(await counted('gateway_shadow_messages_total{route="user-alone",outcome="delivered"}')).toBe(2);
  expect(await counted('gateway_shadow_messages_total{route="user-alone",outcome="not-here"}')).toBe(1);
  expect(await counted('gateway_shadow_recipients_total{route="user-alone"}')).toBe(2);
  expect(await counted('gateway_route_delivered_total{route="user-status"}')).toBe(3);
  expect(await gateway.metrics()).not.toContain('gateway_route_received_total{route="user-alone"}');
});
