import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient, type TestClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const ROUTES = `version: 1
routes:
  sold-to-owner:
    channel: sold
    event: sold
    schema: ../schemas/sold.schema.json
    target: { user: owner_id }
  sold-public:
    channel: sold
    event: sold
    schema: ../schemas/sold.schema.json
    target: broadcast
    audience: anyone
    except: { users: [owner_id] }
    map: { item: item }
  moved:
    source: stream
    event: moved
    schema: ../schemas/sold.schema.json
    target: broadcast
    except: { users: [owner_id] }
  log-out-others:
    action: disconnect
    schema: ../schemas/many.schema.json
    target: { users: [user_ids] }
    except: { users: [by?] }
`;
const ID = { type: ['integer', 'string'] };
const SOLD = {
  type: 'object',
  required: ['owner_id'],
  properties: { owner_id: ID, item: { type: 'string' }, price: { type: 'integer' } },
};
const MANY = {
  type: 'object',
  required: ['user_ids'],
  properties: { user_ids: { type: 'array', items: ID }, by: { type: ['integer', 'string', 'null'] } },
};

async function stage() {
  const root = await mkdtemp(join(tmpdir(), 'except-'));
  await Promise.all(['config', 'schemas'].map((folder) => mkdir(join(root, folder))));
  const file = join(root, 'config', 'routes.yaml');
  await writeFile(file, ROUTES);
  await writeFile(join(root, 'schemas', 'sold.schema.json'), JSON.stringify(SOLD));
  await writeFile(join(root, 'schemas', 'many.schema.json'), JSON.stringify(MANY));
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const environment = {
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    AUTH_MODE: 'optional',
    ROUTES_FILE: file,
  };
  const gateway = await startGateway(environment);
  await untilReady(gateway);
  const [owner, other] = await Promise.all(
    [TOKENS.alice, TOKENS.bob].map((token) => connectClient(gateway.url, token)),
  );
  const anonymous = createClient(gateway.url);
  await anonymous.next('connected');
  if (owner === undefined || other === undefined) throw new Error('the clients are missing');
  return { redis, gateway, owner, other, anonymous };
}

const payloadsOf = ({ received }: TestClient, name: string): unknown[] =>
  received.flatMap(({ event, args }) => (event === name ? [args[0]] : []));

describe('except', () => {
  test('lets the owner receive all of a message and all others a part of it, each once', async () => {
    const { redis, owner, other, anonymous } = await stage();
    const sold = { owner_id: 7, item: 'vase', price: 12 };
    await redis.publish('sold', sold);
    for (const client of [owner, other, anonymous]) await client.next('sold');
    await redis.publish('sold', { owner_id: 9, item: 'last' });
    for (const client of [owner, other, anonymous]) await client.next('sold');
    expect(payloadsOf(owner, 'sold')).toEqual([sold, { item: 'last' }]);
    for (const client of [other, anonymous])
      expect(payloadsOf(client, 'sold')).toEqual([{ item: 'vase' }, { item: 'last' }]);
  });

  test('holds in a replay as it holds live', async () => {
    const { redis, gateway, other } = await stage();
    const first = createClient(gateway.url, { auth: { token: TOKENS.alice, resume: {} } });
    const [position] = await first.next('gateway:position');
    first.socket.disconnect();
    const publisher = new Redis(redis.url);
    onTestFinished(() => publisher.disconnect());
    for (const [owner_id, item] of [
      [7, 'of alice'],
      [8, 'of bob'],
      [9, 'last'],
    ])
      await publisher.xadd('moved', '*', 'payload', JSON.stringify({ owner_id, item }));
    await other.next('moved');
    await other.next('moved');
    const back = createClient(gateway.url, { auth: { token: TOKENS.alice, resume: { moved: position } } });
    await back.next('moved');
    await back.next('moved');
    const itemsOf = (client: TestClient): unknown[] =>
      payloadsOf(client, 'moved').map((payload) => Object(payload).item);
    expect(itemsOf(other)).toEqual(['of alice', 'last']);
    expect(itemsOf(back)).toEqual(['of bob', 'last']);
  });

  test('keeps the connections of excepted users', async () => {
    const { redis, owner, other } = await stage();
    await redis.publish('log-out-others', { user_ids: [7, 8], by: 8 });
    expect(await owner.next('disconnect')).toEqual(['io server disconnect']);
    await redis.publish('sold', { owner_id: 9, item: 'still here' });
    expect(await other.next('sold')).toMatchObject([{ item: 'still here' }]);
  });
});
