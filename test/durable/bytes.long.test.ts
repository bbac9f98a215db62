import { writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isObject } from '../../src/schema/json.ts';
import type { TestClient } from '../support/client.ts';
import { startGateway, untilReady, type TestGateway } from '../support/gateway.ts';
import { runProgram } from '../support/program.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { metaOf, newsRoute, numbersOf, stageDurable } from './stage.ts';

// Redis bounds its answers by a count of entries, which may have any size, and links have any speed.

const MBIT_100 = 12_500_000;
const KB = 1000;
/** This machine is slow and shared. */
const SLACK = 15_000;

const CALM = `  calm:
    event: calm
    schema: ../schemas/news.json
    target: { user: to }
`;

/** Gateways that reach Redis by a proxy, with a bystander route on Pub/Sub. */
async function stageLink(lines = 'source: stream') {
  const stage = await stageDurable(lines);
  const proxy = await startTcpProxy(stage.redis.port);
  const write = (more: string): void => writeFileSync(stage.file, newsRoute(more) + CALM);
  write(lines);
  return {
    ...stage,
    proxy,
    write,
    start: () => startGateway({ ...stage.environment, REDIS_URL: `redis://127.0.0.1:${proxy.port}` }),
    /** Adds so many entries of that many bytes, numbered from `first`. */
    async fill(count: number, bytes: number, first = 0) {
      const more = 'x'.repeat(bytes);
      for (let n = 0; n < count; n += 1)
        await stage.commands.xadd('news', '*', 'payload', JSON.stringify({ to: 7, n: first + n, more }));
    },
    async serves(client: TestClient) {
      await stage.redis.publish('calm', { to: 7, n: 1 });
      expect((await client.next('calm'))[0]).toMatchObject({ n: 1 });
    },
  };
}

/** Asks for readiness until it is stopped; resolves with what it was each time. */
function watchReadiness(gateway: TestGateway): { stop(): Promise<Set<number>> } {
  const seen = new Set<number>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      seen.add((await fetch(`${gateway.url}/health/ready`)).status);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    async stop() {
      over.abort();
      await watching;
      return seen;
    },
  };
}

describe('on a link of 100 Mbit/s', { timeout: 60_000 }, () => {
  test('a gateway becomes ready with 2,100 entries of 15 KB in the stream', async () => {
    const { proxy, start, fill, add, client, serves } = await stageLink();
    await fill(2100, 15 * KB);
    proxy.rate(MBIT_100);
    const began = Date.now();
    const gateway = await start();
    await untilReady(gateway);
    expect(Date.now() - began).toBeLessThan(5000 + SLACK);
    const alice = client(gateway.url, {});
    await alice.next('gateway:position');
    await add(9000);
    await expect.poll(() => numbersOf(alice)).toEqual([9000]);
    await serves(alice);
  });

  test('a new description does not start the reader again, and a new ring does not stop the route', async () => {
    const { proxy, start, fill, add, client, write, serves, commands } = await stageLink();
    proxy.rate(MBIT_100);
    const gateway = await start();
    await untilReady(gateway);
    const alice = client(gateway.url, {});
    await alice.next('gateway:position');
    await fill(2400, 15 * KB);
    await expect.poll(() => numbersOf(alice).length, { timeout: 30_000 }).toBe(2400);

    const readiness = watchReadiness(gateway);
    const readers = async (): Promise<unknown> =>
      [...String(await commands.client('LIST')).matchAll(/id=(\d+) .*name=websocket-gateway-stream/g)].map(
        ([, id]) => id,
      );
    const before = await readers();
    write('source: stream\ndescription: A new sentence.');
    expect((await gateway.reload()).kind).toBe('applied');
    await add(9000);
    await expect.poll(() => numbersOf(alice).at(-1)).toBe(9000);
    expect(await readers()).toEqual(before);

    write('source: { ring: { entries: 1999 } }');
    expect((await gateway.reload()).kind).toBe('applied');
    await add(9001);
    await expect.poll(() => numbersOf(alice).at(-1)).toBe(9001);
    expect(await readers()).not.toEqual(before);
    await serves(alice);
    // The ring fills during the traffic, up to its limit of bytes.
    await expect.poll(() => gateway.metric('gateway_stream_ring_bytes'), { timeout: SLACK }).toBeGreaterThan(8_300_000);
    expect(await readiness.stop()).toEqual(new Set([200]));
    expect(alice.received.filter(({ event }) => event === 'gateway:reset')).toEqual([]);
  });

  test('a burst in reads of 4 MB does not cut off a client that reads', async () => {
    const { start, add, client, commands } = await stageLink();
    const gateway = await start();
    await untilReady(gateway);
    const alice = client(gateway.url, {});
    await alice.next('gateway:position');
    const more = 'x'.repeat(15 * KB);
    const adding = commands.multi();
    for (let n = 0; n < 1200; n += 1) adding.xadd('news', '*', 'payload', JSON.stringify({ to: 7, n, more }));
    await adding.exec();
    await add(9000);
    await expect.poll(() => numbersOf(alice).at(-1), { timeout: SLACK }).toBe(9000);
    expect(numbersOf(alice)).toHaveLength(1201);
    expect(await gateway.metric('websocket_slow_clients_cut_total{cause="bytes"}')).toBe(0);
  });

  test('an entry of 30 MB is dropped as too large, and those behind it arrive', async () => {
    const { proxy, start, fill, add, client, serves } = await stageLink();
    proxy.rate(MBIT_100);
    const gateway = await start();
    await untilReady(gateway);
    const alice = client(gateway.url, {});
    await alice.next('gateway:position');
    await add(1);
    await expect.poll(() => numbersOf(alice)).toEqual([1]);
    const readiness = watchReadiness(gateway);
    await fill(1, 30_000 * KB);
    for (let n = 2; n <= 6; n += 1) await add(n);
    await serves(alice);
    await expect.poll(() => numbersOf(alice), { timeout: 15_000 + SLACK }).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await readiness.stop()).toEqual(new Set([200]));
    expect(await gateway.metric('gateway_route_dropped_total{route="news",reason="too-large"}')).toBe(1);
    expect(alice.received.filter(({ event }) => event === 'gateway:reset')).toEqual([]);
  });

  test('a client receives what it missed, of 60 KB each, with other routes in the plan', async () => {
    const { proxy, start, fill, add, client, serves, write } = await stageLink();
    write('source: { ring: { entries: 1 }, replay: { bytes: 100000000 } }');
    const gateway = await start();
    await untilReady(gateway);
    const before = client(gateway.url, {});
    await before.next('gateway:position');
    await add(0);
    const position = metaOf((await before.next('news'))[1]);
    before.socket.disconnect();
    await fill(400, 60 * KB, 1);
    await expect.poll(() => gateway.metric('gateway_route_received_total{route="news"}')).toBe(401);
    proxy.rate(MBIT_100 / 4);
    const after = client(gateway.url, { news: position });
    await serves(after);
    await expect.poll(() => numbersOf(after).length, { timeout: 20_000 + SLACK }).toBe(400);
    expect(numbersOf(after)).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
    expect(await after.next('gateway:position')).toMatchObject([{ resumed: 400 }]);
  });
});

describe('an entry that never arrives', { timeout: 90_000 }, () => {
  test('is skipped: it counts as dropped, clients receive a reset, and later entries arrive', async () => {
    const { proxy, start, fill, add, client, serves } = await stageLink();
    const gateway = await start();
    await untilReady(gateway);
    const alice = client(gateway.url, {});
    await alice.next('gateway:position');
    await add(1);
    await expect.poll(() => numbersOf(alice)).toEqual([1]);
    proxy.swallow(100 * KB);
    await fill(1, 500 * KB, 99);
    for (let n = 2; n <= 6; n += 1) await add(n);
    await serves(alice);
    await expect.poll(() => numbersOf(alice), { timeout: 20_000 + SLACK }).toEqual([1, 2, 3, 4, 5, 6]);
    const resets = alice.received.filter(({ event }) => event === 'gateway:reset');
    expect(resets).toMatchObject([{ args: [{ route: 'news', reason: 'trimmed' }] }]);
    expect(await gateway.metric('gateway_route_dropped_total{route="news",reason="too-large"}')).toBe(1);

    // Another instance starts, without that entry.
    const next = await start();
    await untilReady(next);
    const bob = client(next.url, {});
    await bob.next('gateway:position');
    await add(7);
    await expect.poll(() => numbersOf(bob)).toEqual([7]);
  });

  test('ends a replay with a reset: the client must reload its state', async () => {
    const { proxy, start, fill, add, client } = await stageLink('source: { ring: { entries: 2 } }');
    const gateway = await start();
    await untilReady(gateway);
    const before = client(gateway.url, {});
    await before.next('gateway:position');
    await add(1);
    const position = metaOf((await before.next('news'))[1]);
    before.socket.disconnect();
    await fill(1, 500 * KB, 99);
    for (let n = 2; n <= 6; n += 1) await add(n);
    await expect.poll(() => gateway.metric('gateway_route_received_total{route="news"}')).toBe(7);
    proxy.swallow(100 * KB);
    const after = client(gateway.url, { news: position });
    expect(await after.next('gateway:reset')).toMatchObject([{ route: 'news', reason: 'trimmed' }]);
    await add(7);
    await expect.poll(() => numbersOf(after).at(-1), { timeout: SLACK }).toBe(7);
  });
});

test(
  '700 entries of 900 KB: the memory of the gateway stays within 32 times its ring',
  { timeout: 90_000 },
  async () => {
    const { environment, commands, fill, add, client } = await stageLink();
    await add(0);
    const gateway = await runProgram(environment);
    await gateway.logged('gateway started');
    await untilReady(gateway);
    const rss = async (): Promise<number> => rssIn((await gateway.get('/metrics')).body);
    const calm = await rss();
    await commands.del('news');
    gateway.signal('SIGKILL');
    await gateway.ended;

    await fill(700, 900 * KB);
    const second = await runProgram(environment);
    let most = 0;
    const watching = setInterval(() => {
      void second
        .get('/metrics')
        .then(({ body }) => (most = Math.max(most, rssIn(body))))
        .catch(() => undefined);
    }, 50);
    onTestFinished(() => clearInterval(watching));
    await second.logged('gateway started');
    await untilReady(second);
    const alice = client(second.url, {});
    await alice.next('gateway:position');
    // All at the same time, too.
    const burst = new Redis(Number(new URL(environment['REDIS_URL'] ?? '').port), '127.0.0.1');
    onTestFinished(() => burst.disconnect());
    const more = 'x'.repeat(900 * KB);
    const adding = burst.multi();
    for (let n = 0; n < 100; n += 1) adding.xadd('news', '*', 'payload', JSON.stringify({ to: 8, n, more }));
    await adding.exec();
    await add(9000);
    await expect.poll(() => numbersOf(alice), { timeout: SLACK }).toEqual([9000]);
    expect(most - calm).toBeLessThan(32 * 8 * 1024 * 1024);
  },
);

function rssIn(metrics: unknown): number {
  const memory = isObject(metrics) ? metrics['memory'] : undefined;
  return isObject(memory) ? Number(memory['rss']) : Number.NaN;
}
