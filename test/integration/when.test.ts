import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const BID = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['status', 'buyer'],
  properties: { status: { type: 'string' }, buyer: { type: ['integer', 'string'] } },
};
const ROUTES = `version: 1
routes:
  bids: { channel: bids, when: { status: open }, event: bid-placed, schema: ../schemas/bid.json, target: broadcast }
  sold:
    channel: bids
    when: { status: sold }
    event: item-sold
    schema: ../schemas/bid.json
    target: { user: buyer }
    on_invalid: quarantine
  tried: { channel: bids, when: { status: sold }, event: all, schema: ../schemas/bid.json, target: broadcast, shadow: true }
  fraud: { channel: bids, when: { status: fraud }, action: disconnect, schema: ../schemas/bid.json, target: { user: buyer } }
  bystander: { event: user-status-changed, schema: ../schemas/bid.json, target: broadcast }
`;

async function staged() {
  const root = await mkdtemp(join(tmpdir(), 'gateway-'));
  await cp('config', join(root, 'config'), { recursive: true });
  await cp('schemas', join(root, 'schemas'), { recursive: true });
  await writeFile(join(root, 'schemas/bid.json'), JSON.stringify(BID));
  const routesFile = join(root, 'config/routes.yaml');
  await writeFile(routesFile, ROUTES);
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await runProgram({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    ROUTES_FILE: routesFile,
  });
  await gateway.logged('subscribed to Redis');
  const publisher = new Redis(redis.port, '127.0.0.1');
  onTestFinished(() => publisher.disconnect());
  return { gateway, publisher, publish: (message: object) => publisher.publish('bids', JSON.stringify(message)) };
}

test('each message of a channel reaches the clients of the routes that take it; the others pass it over', async () => {
  const { gateway, publish, publisher } = await staged();
  const alice = await connectClient(gateway.url, TOKENS.alice);
  const bob = await connectClient(gateway.url, TOKENS.bob);

  await publish({ status: 'open', buyer: 7 });
  await publish({ status: 'sold', buyer: 7 });
  await publish({ status: 'sold' });
  await publish({ status: 'paid', buyer: 7 });
  await publish({ buyer: 7 });
  await publisher.publish('bids', '{');
  await publisher.publish('bystander', JSON.stringify({ status: 'x', buyer: 7 }));

  expect(await alice.next('bid-placed')).toEqual([{ status: 'open', buyer: 7 }]);
  expect(await alice.next('item-sold')).toEqual([{ status: 'sold', buyer: 7 }]);
  expect(await alice.next('user-status-changed')).toEqual([{ status: 'x', buyer: 7 }]);
  expect(await bob.next('bid-placed')).toEqual([{ status: 'open', buyer: 7 }]);
  expect(await bob.next('user-status-changed')).toEqual([{ status: 'x', buyer: 7 }]);
  await hearsNothingBefore(bob);
  expect(bob.received.map(({ event }) => event)).not.toContain('item-sold');

  const line = await gateway.logged('message passed over by all routes of its channel');
  expect(line).toMatchObject({ level: 'info', channel: 'bids', routes: ['bids', 'sold', 'tried', 'fraud'] });
  await expect.poll(() => gateway.metric('gateway_messages_passed_over_total')).toBe(2);
  const of = (name: string, route: string) => gateway.metric(`gateway_route_${name}_total{route="${route}"}`);
  const counts = async (route: string) =>
    Promise.all(['received', 'delivered', 'not_here', 'passed_over'].map((name) => of(name, route)));
  expect(await counts('bids')).toEqual([6, 1, 0, 4]);
  expect(await counts('sold')).toEqual([6, 1, 0, 3]);
  expect(await counts('fraud')).toEqual([6, 0, 0, 5]);
  expect(await counts('bystander')).toEqual([1, 1, 0, 0]);
  const dropped = (route: string, reason: string) =>
    gateway.metric(`gateway_route_dropped_total{route="${route}",reason="${reason}"}`);
  expect(await Promise.all([dropped('sold', 'invalid'), dropped('bids', 'invalid')])).toEqual([1, 0]);
  expect(await Promise.all(['bids', 'sold', 'fraud'].map((route) => dropped(route, 'not-json')))).toEqual([1, 1, 1]);
  const tried = (outcome: string) =>
    gateway.metric(`gateway_shadow_messages_total{route="tried",outcome="${outcome}"}`);
  expect(await Promise.all(['delivered', 'invalid', 'not-json', 'passed-over'].map(tried))).toEqual([1, 1, 1, 3]);
  // What is passed over is not kept; what no route can read is kept once.
  const kept = await publisher.xlen('gw:quarantine:{sold}');
  expect(kept).toBe(2);
});

test('an action disconnects only where its when holds', async () => {
  const { gateway, publish } = await staged();
  const alice = await connectClient(gateway.url, TOKENS.alice);
  const bob = await connectClient(gateway.url, TOKENS.bob);
  await publish({ status: 'open', buyer: 7 });
  await alice.next('bid-placed');
  await publish({ status: 'fraud', buyer: 7 });
  await alice.next('disconnect');
  await publish({ status: 'open', buyer: 8 });
  expect(await bob.next('bid-placed')).toEqual([{ status: 'open', buyer: 7 }]);
  expect(await bob.next('bid-placed')).toEqual([{ status: 'open', buyer: 8 }]);
});
