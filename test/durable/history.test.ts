import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { SLACK_MS } from '../support/slack.ts';
import { metaOf, newsRoute, numbersOf, stageDurable, type DurableStage } from './stage.ts';

// A check of the history comes with each new connection of the reader: cutting it is how these tests ask for one.

/** Ends the connections of all readers; they come back by themselves. */
async function cutReaders({ commands }: DurableStage): Promise<void> {
  const list = String(await commands.client('LIST'));
  for (const [, id = ''] of list.matchAll(/id=(\d+) .*name=websocket-gateway-stream/g))
    await commands.client('KILL', 'ID', id);
}

/** Redis's clock, in milliseconds. */
function clockOf([seconds, microseconds]: readonly number[]): number {
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

/** A gateway with one client that has received number 0. */
async function withClient(lines?: string) {
  const stage = await stageDurable(lines);
  const gateway = await stage.gateway();
  const client = stage.client(gateway.url, {});
  await client.next('gateway:position');
  await stage.add(0);
  const [, meta] = await client.next('news');
  return { ...stage, stage, gateway, client, meta: metaOf(meta) };
}

describe('a lost history is reported once, and new entries are delivered', () => {
  test.each<readonly [string, string, (stage: DurableStage, client: TestClient) => Promise<unknown>]>([
    ['the stream was deleted', 'deleted', ({ commands }) => commands.del('news')],
    ['the epoch was evicted', 'epoch', ({ commands }) => commands.del('gw:epoch:{news}')],
    ['Redis was emptied', 'epoch', ({ commands }) => commands.flushall()],
    [
      'an entry that was sent is gone',
      'fork',
      async ({ commands, add }, client) => {
        const id = await add(100);
        await add(101);
        await expect.poll(() => numbersOf(client)).toEqual([0, 100, 101]);
        await commands.xdel('news', id);
      },
    ],
  ])('%s', async (_, reason, lose) => {
    const { stage, client, meta, add } = await withClient();
    await lose(stage, client);
    await cutReaders(stage);
    const [reset] = await client.next('gateway:reset');
    expect(reset).toMatchObject({ route: 'news', reason });
    expect(metaOf(reset).e).not.toBe(meta.e);
    await add(1);
    await expect.poll(() => numbersOf(client)).toContain(1);
    expect(client.received.filter(({ event }) => event === 'gateway:reset')).toHaveLength(1);
  });

  test('also while nothing is cut and nothing is added, within seconds', async () => {
    const { client, commands, add } = await withClient();
    const began = Date.now();
    await commands.del('news');
    expect((await client.next('gateway:reset'))[0]).toMatchObject({ reason: 'deleted' });
    expect(Date.now() - began).toBeLessThan(8000 + SLACK_MS);
    await add(1);
    await expect.poll(() => numbersOf(client)).toEqual([0, 1]);
  });

  test('also when a burst trims what it has just added', async () => {
    const { client, commands } = await withClient();
    const burst = commands.pipeline();
    for (let n = 1; n <= 1000; n += 1)
      burst.xadd('news', 'MAXLEN', '=', 100, '*', 'payload', JSON.stringify({ to: 7, n }));
    await burst.exec();
    await expect.poll(() => numbersOf(client).at(-1)).toBe(1000);
    const received = numbersOf(client).map(Number);
    const isHole = received.some((n, index) => index > 0 && n !== (received[index - 1] ?? 0) + 1);
    const resets = client.received.filter(({ event }) => event === 'gateway:reset');
    expect(isHole ? resets.map(({ args: [reset] }) => Object(reset).reason) : ['trimmed']).toContain('trimmed');
  });

  test('on all instances it is the same new one', async () => {
    const { stage, client, commands } = await withClient();
    const second = await stage.gateway();
    const other = stage.client(second.url, {});
    await other.next('gateway:position');
    await commands.del('news');
    await cutReaders(stage);
    const resets = await Promise.all([client, other].map(async (one) => metaOf((await one.next('gateway:reset'))[0])));
    expect(new Set(resets.map(({ e }) => e)).size).toBe(1);
  });

  test('a stream that was recreated between two checks is detected by how many entries were ever added', async () => {
    const { stage, client, add, commands } = await withClient();
    const id = await add(1);
    await expect.poll(() => numbersOf(client)).toEqual([0, 1]);
    await commands.del('news');
    // In the same millisecond the new stream would give out the same id again.
    const added = Number(id.split('-')[0]);
    await expect.poll(async () => clockOf(await commands.time()), { interval: 1 }).toBeGreaterThan(added);
    await add(2);
    await cutReaders(stage);
    expect((await client.next('gateway:reset'))[0]).toMatchObject({ reason: 'deleted' });
    await expect.poll(() => numbersOf(client)).toEqual([0, 1, 2]);
  });

  test('T12: another server whose clock is behind took over; its entries are delivered after the reset', async () => {
    const { stage, client, commands } = await withClient();
    const future = `${Date.now() + 60_000}-0`;
    await commands.xadd('news', future, 'payload', '{"to": 7, "n": 1}');
    await expect.poll(() => numbersOf(client)).toEqual([0, 1]);
    // What a replica that never got it would have: the old entries, and then new ones with ids below.
    const [[first, fields] = ['', []]] = await commands.xrange('news', '-', '+', 'COUNT', 1);
    await commands.del('news');
    await commands.xadd('news', first, ...fields);
    for (const n of [2, 3, 4]) await stage.add(n);
    await cutReaders(stage);
    expect((await client.next('gateway:reset'))[0]).toMatchObject({ reason: 'fork' });
    await expect.poll(() => numbersOf(client)).toEqual([0, 1, 2, 3, 4]);
  });
});

test('Redis restarts without its data: clients receive a reset, and the new entries', async () => {
  const { redis, gateway, client, add, commands } = await withClient();
  await redis.stop();
  await untilReady(gateway, 503);
  await startRedis({ port: redis.port });
  await untilReady(gateway);
  expect((await client.next('gateway:reset'))[0]).toMatchObject({ route: 'news' });
  await expect.poll(() => commands.status).toBe('ready');
  await add(1);
  await expect.poll(() => numbersOf(client)).toEqual([0, 1]);
});

test('entries that were trimmed before they could be read are reported', async () => {
  const { stage, gateway, client, add, commands } = await withClient();
  // Nothing is read in between: one transaction.
  const adding = commands.multi();
  for (const n of [1, 2, 3]) adding.xadd('news', '*', 'payload', JSON.stringify({ to: 7, n }));
  await adding.xtrim('news', 'MAXLEN', 1).exec();
  await cutReaders(stage);
  expect((await client.next('gateway:reset'))[0]).toMatchObject({ route: 'news', reason: 'trimmed' });
  await add(4);
  await expect.poll(() => numbersOf(client).at(-1)).toBe(4);
  expect(await gateway.metric('gateway_stream_history_lost_total{route="news"}')).toBe(1);
});

test('Redis hangs and returns: nothing is lost, no client receives a reset', async () => {
  const { redis, gateway, client, add } = await withClient();
  redis.hang();
  await untilReady(gateway, 503);
  redis.resume();
  await untilReady(gateway);
  await add(1);
  await expect.poll(() => numbersOf(client), { timeout: 10_000 }).toEqual([0, 1]);
  expect(client.received.filter(({ event }) => event === 'gateway:reset')).toEqual([]);
});

test.each([
  ['of another history', { e: 'another', id: `${'0'.repeat(20)}-${'0'.repeat(20)}` }, 'epoch'],
  ['that is none', { e: 'x', id: '1-1' }, 'invalid-position'],
  ['that is a text', 'x', 'invalid-position'],
  ['with a prototype', { ['__proto__']: { e: 'x' } }, 'invalid-position'],
])('a position %s is answered with a reset', async (_, position, reason) => {
  const { stage, gateway } = await withClient();
  const stranger = stage.client(gateway.url, { news: position });
  expect((await stranger.next('gateway:reset'))[0]).toMatchObject({ route: 'news', reason });
});

test('a position beyond the end is answered with a reset', async () => {
  const { stage, gateway, meta } = await withClient();
  const stranger = stage.client(gateway.url, { news: { ...meta, id: `1${meta.id.slice(1)}` }, nobody: meta });
  expect((await stranger.next('gateway:reset'))[0]).toMatchObject({ route: 'news', reason: 'ahead' });
});

test('poison is passed, counted by reason, and passed again after a restart', async () => {
  const { stage, gateway, client, commands, add } = await withClient();
  const poison = ['{', '[]', '{"to": 7}', '{"to": 0, "n": 1}', `${'['.repeat(5000)}${']'.repeat(5000)}`];
  for (const payload of poison) await commands.xadd('news', '*', 'payload', payload);
  await commands.xadd('news', '*', 'other', '{}');
  await add(1);
  await expect.poll(() => numbersOf(client)).toEqual([0, 1]);
  const dropped = (await gateway.metrics()).matchAll(/^gateway_route_dropped_total\{.*\} ([1-9]\d*)$/gm);
  expect([...dropped].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(poison.length + 1);

  const next = await stage.gateway();
  const newcomer = stage.client(next.url, {});
  await newcomer.next('gateway:position');
  await add(2);
  await newcomer.next('news');
  expect(await next.metric('gateway_route_dropped_total{route="news",reason="not-json"}')).toBe(0);
});

test('an event that its publisher sends again is delivered once, live, from the ring and from Redis', async () => {
  const { stage, gateway, meta, client, add } = await withClient('source: { dedupe: 5, ring: { entries: 2 } }');
  client.socket.disconnect();
  for (const id of ['a', 'a', 'b', 'a', 'c', 'b']) await add(id.charCodeAt(0), 7, { id });
  await expect.poll(() => gateway.metric('gateway_route_received_total{route="news"}')).toBe(7);
  const back = stage.client(gateway.url, { news: meta });
  await back.next('gateway:position');
  expect(numbersOf(back)).toEqual(['a', 'b', 'c'].map((id) => id.charCodeAt(0)));
  for (const id of ['c', 'd']) await add(id.charCodeAt(0), 7, { id });
  await expect.poll(() => numbersOf(back)).toEqual(['a', 'b', 'c', 'd'].map((id) => id.charCodeAt(0)));
});

test('a newcomer gets the last events that are for it, and no other', async () => {
  const { gateway, add, client } = await stageDurable('source: { ring: { entries: 4 } }\non_connect: { last: 3 }');
  for (let n = 1; n <= 6; n += 1) {
    await add(n);
    await add(-n, 8);
  }
  const { url } = await gateway();
  const [plain, resumable] = [client(url), client(url, {})];
  await resumable.next('gateway:position');
  await expect.poll(() => numbersOf(plain)).toEqual([4, 5, 6]);
  expect(numbersOf(resumable)).toEqual([4, 5, 6]);
  await add(7);
  await expect
    .poll(() => [numbersOf(plain), numbersOf(resumable)])
    .toEqual([
      [4, 5, 6, 7],
      [4, 5, 6, 7],
    ]);
});

test('a route that changes while it runs continues from where it was', async () => {
  const { file, gateway, client, add, meta } = await withClient();
  writeFileSync(file, newsRoute('source: { ring: { entries: 7 } }'));
  const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
  const adding = (async () => {
    for (const n of numbers) await add(n);
  })();
  expect((await gateway.reload()).kind).toBe('applied');
  await adding;
  await expect.poll(() => numbersOf(client)).toEqual([0, ...numbers]);
  expect(client.received.filter(({ event }) => event === 'gateway:reset')).toEqual([]);
  expect(meta.route).toBe('news');
});

test('the gateway trims the stream to what the route says', async () => {
  const { gateway, add, commands } = await stageDurable('source: stream\nretain: { entries: 100 }');
  for (let n = 0; n < 500; n += 1) await add(n);
  await gateway();
  await expect.poll(() => commands.xlen('news')).toBeLessThan(300);
  expect(await commands.xlen('news')).toBeGreaterThanOrEqual(100);
});
