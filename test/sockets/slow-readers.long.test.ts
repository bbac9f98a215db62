import type { Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { openDeaf } from './deaf-client.ts';
import { frame } from './raw-frames.ts';
import { openPolling } from './raw-polling.ts';
import { stageSockets, type SocketStage } from './stage.ts';

const PADDING = 'x'.repeat(60_000);
/** Kernel buffers on both sides take megabytes before anything waits in the gateway. */
const FLOOD = 400;
const LIMITS = { MAX_QUEUE_BYTES: '500000', MAX_QUEUE_AGE: '2', LOG_LEVEL: 'info' };

async function flood({ redis }: SocketStage, channel = 'notices'): Promise<void> {
  for (let id = 0; id < FLOOD; id += 1)
    await redis.publish(channel, { to: USERS.alice, text: 'x', name: `g${id % 3}`, value: id, padding: PADDING });
}

const cuts = async ({ gateway }: SocketStage): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      ['bytes', 'age', 'stalled'].map(async (cause) => [
        cause,
        await gateway.metric(`websocket_slow_clients_cut_total{cause="${cause}"}`),
      ]),
    ),
  );

async function untilCut(stage: SocketStage, count: number): Promise<Record<string, number>> {
  for (;;) {
    const found = await cuts(stage);
    if (Object.values(found).reduce((sum, one) => sum + one, 0) >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const residentBytes = async ({ gateway }: SocketStage): Promise<number> =>
  gateway.metric('process_resident_memory_bytes');

async function fiftyBystanders(stage: SocketStage): Promise<TestClient[]> {
  return Promise.all(
    Array.from({ length: 50 }, async (_, index) =>
      connectClient(stage.gateway.url, TOKENS.bob, { transports: [index % 5 === 0 ? 'polling' : 'websocket'] }),
    ),
  );
}

/** Milliseconds until bystanders received of each of 50 messages, between which 3,000 of 60 kB go to alice. */
async function delaysUnderLoad(stage: SocketStage, bystanders: readonly TestClient[], mark: string): Promise<number[]> {
  const delays: number[] = [];
  for (let id = 0; id < 50; id += 1) {
    const text = `${mark} ${id}`;
    for (let i = 0; i < 60; i += 1) await stage.redis.publish('notices', { to: USERS.alice, text: PADDING });
    const publishedAt = performance.now();
    const all = bystanders.map(async ({ next }) => {
      expect(await next('told-to-anyone')).toEqual([{ text }]);
      delays.push(performance.now() - publishedAt);
    });
    await stage.redis.publish('news', { text });
    await Promise.all(all);
  }
  return delays;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Infinity;
}

describe('a client that does not read', { timeout: 60_000 }, () => {
  test('is disconnected at the limit, three together, while fifty others receive everything in order and in time', async () => {
    const stage = await stageSockets(LIMITS);
    const bystanders = await fiftyBystanders(stage);
    const reader = await connectClient(stage.gateway.url, TOKENS.alice);
    const usual = await delaysUnderLoad(stage, bystanders, 'usual');
    reader.socket.disconnect();

    const before = await residentBytes(stage);
    const deaf = await Promise.all(Array.from({ length: 3 }, () => openDeaf(stage.gateway.url, TOKENS.alice)));
    for (const socket of deaf) socket.on('close', () => socket.destroy());
    const delays = await delaysUnderLoad(stage, bystanders, 'deaf');
    expect(await untilCut(stage, 3)).toEqual({ bytes: 3, age: 0, stalled: 0 });

    // Not how fast: whether those who do not read make it slower for the others.
    expect(percentile(delays, 0.99)).toBeLessThan(3 * percentile(usual, 0.99) + 200);
    // A bound of 0.5 MB for each of three, and what the garbage collector has not come to; 180 MB went out.
    expect((await residentBytes(stage)) - before).toBeLessThan(60e6);
    expect(await stage.gateway.metric('websocket_queued_bytes')).toBe(0);
    await stage.gateway.logged('slow client disconnected');
    expect(stage.gateway.death()).toBeNull();
  });

  test('is cut off though all that it gets are answers to what it says', async () => {
    const stage = await stageSockets({ ...LIMITS, MAX_CLIENT_PACKETS_PER_SECOND: '0' });
    const deaf = await openDeaf(stage.gateway.url, TOKENS.alice);
    deaf.on('close', () => deaf.destroy());
    // Each is answered with the name, and no event is ever for this client.
    const questions = Buffer.concat(Array.from({ length: 1000 }, () => frame(`40/${'x'.repeat(90)},`)));
    for (let asked = 0; asked < 40; asked += 1) deaf.write(questions);
    expect(await untilCut(stage, 1)).toEqual({ bytes: 1, age: 0, stalled: 0 });
    await stage.allIsWell();
  });

  test('is cut off for what is too old, though it takes some of it all the time', async () => {
    const stage = await stageSockets({ ...LIMITS, MAX_QUEUE_BYTES: '1000000000' });
    const slow = await openDeaf(stage.gateway.url, TOKENS.alice);
    const send = (): Promise<unknown> => stage.redis.publish('notices', { to: USERS.alice, text: PADDING });
    // The kernel takes megabytes first.
    while ((await stage.gateway.metric('websocket_queued_bytes')) === 0) for (let i = 0; i < 10; i += 1) await send();
    slow.on('data', () => slow.pause());
    const sips = setInterval(() => slow.resume(), 20);
    const more = setInterval(() => void send(), 10);
    onTestFinished(() => (clearInterval(sips), clearInterval(more)));
    // On a slow machine the kernel may take so long for one write that it counts as none.
    expect(await untilCut(stage, 1)).toMatchObject({ bytes: 0 });
    clearInterval(more);
    await stage.allIsWell();
  });

  test('is cut off though little waits for it, once it has taken nothing for too long', async () => {
    const stage = await stageSockets({ ...LIMITS, MAX_QUEUE_BYTES: '1000000000' });
    await openDeaf(stage.gateway.url, TOKENS.alice);
    await flood(stage);
    expect(await untilCut(stage, 1)).toEqual({ bytes: 0, age: 0, stalled: 1 });
    await stage.allIsWell();
  });

  test('is cut off over polling, though it answers every ping', async () => {
    const stage = await stageSockets({ ...LIMITS, MAX_QUEUE_BYTES: '1000000000' });
    const session = await openPolling(stage.gateway.url);
    await session.post(`40${JSON.stringify({ token: TOKENS.alice })}`);
    while (!(await session.poll()).body.includes('"connected"'));
    await stage.redis.publish('notices', { to: USERS.alice, text: 'never fetched' });
    const pongs = setInterval(() => void session.post('3').catch(() => clearInterval(pongs)), 200);
    onTestFinished(() => clearInterval(pongs));
    expect(await untilCut(stage, 1)).toEqual({ bytes: 0, age: 0, stalled: 1 });
    expect((await session.poll()).status).toBe(400);
    await stage.allIsWell();
  });

  test('is cut off over polling at the bound, too', async () => {
    const stage = await stageSockets(LIMITS);
    const session = await openPolling(stage.gateway.url);
    await session.post(`40${JSON.stringify({ token: TOKENS.alice })}`);
    while (!(await session.poll()).body.includes('"connected"'));
    for (let i = 0; i < 20; i += 1) await stage.redis.publish('notices', { to: USERS.alice, text: PADDING });
    expect(await untilCut(stage, 1)).toEqual({ bytes: 1, age: 0, stalled: 0 });
    await stage.allIsWell();
  });
});

describe('a client that reads too slowly', () => {
  test('of a route with latest, gets the newest message of each key once it reads again', async () => {
    const stage = await stageSockets({ ...LIMITS, MAX_QUEUE_AGE: '60' });
    const slow = await openDeaf(stage.gateway.url, TOKENS.alice);
    await flood(stage, 'gauges');
    expect(await stage.gateway.metric('websocket_events_superseded_total')).toBeGreaterThan(0);

    let text = '';
    slow.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    slow.resume();
    const newest = [FLOOD - 3, FLOOD - 2, FLOOD - 1].map((id) => `"name":"g${id % 3}","value":${id},`);
    while (!newest.every((one) => text.includes(one))) await once(slow, 'data');

    const values = [...text.matchAll(/"value":(\d+),/g)].map(([, value]) => Number(value));
    expect(values.length).toBeLessThan(FLOOD);
    expect(new Set(values).size).toBe(values.length);
    expect(await cuts(stage)).toEqual({ bytes: 0, age: 0, stalled: 0 });
    await stage.allIsWell();
  });

  test('of a route without latest, is cut off, and a stock client comes back', async () => {
    const stage = await stageSockets(LIMITS);
    const client = await connectClient(stage.gateway.url, TOKENS.alice);
    const { engine } = client.socket.io;
    const tcp: unknown = Reflect.get(Reflect.get(engine?.transport ?? {}, 'ws') ?? {}, '_socket');
    if (!hasPause(tcp)) throw new Error('the client keeps its socket elsewhere now');
    tcp.pause();
    await flood(stage);
    expect(await untilCut(stage, 1)).toMatchObject({ bytes: 1 });
    tcp.resume();
    await client.next('connected');
    await stage.allIsWell();
  });
});

function hasPause(value: unknown): value is Socket {
  return typeof value === 'object' && value !== null && 'pause' in value && 'resume' in value;
}
