import { writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { StreamDispatch } from '../../src/dispatch/stream.ts';
import { DurableRoutes } from '../../src/durable/durable.ts';
import { stageDispatch } from '../dispatch/stage.ts';
import { TOKENS } from '../support/auth-service.ts';
import { createClient, hearsNothingBefore, type TestClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { createFakeStream } from './fake-stream.ts';
import { metaOf, newsRoute, numbersOf, stageDurable } from './stage.ts';

const CALM = `  calm:
    event: calm
    schema: ../schemas/news.json
    target: { user: to }
`;

const WAYS = [
  ['websocket on the own server', 'gateway', 'websocket'],
  ['websocket on Socket.IO', 'socket.io', 'websocket'],
  ['polling on the own server', 'gateway', 'polling'],
  ['polling on Socket.IO', 'socket.io', 'polling'],
] as const;

async function stageHold(server: string, transport: 'websocket' | 'polling') {
  const stage = await stageDurable();
  writeFileSync(stage.file, newsRoute('source: stream') + CALM);
  const gateway = await startGateway({ ...stage.environment, WEBSOCKET_SERVER: server });
  await untilReady(gateway);
  const connect = async (auth: object): Promise<TestClient> => {
    const client = createClient(gateway.url, { transports: [transport], auth: { token: TOKENS.alice, ...auth } });
    await client.next('connected');
    return client;
  };
  const bystander = await connect({ resume: {} });
  await bystander.next('gateway:position');
  await stage.add(1);
  const [, meta] = await bystander.next('news');
  return { ...stage, gateway, connect, bystander, meta: metaOf(meta) };
}

const durableEvents = ({ received }: TestClient): string[] =>
  received.map(({ event }) => event).filter((event) => event !== 'calm' && event !== 'pong');

describe.each(WAYS)('auth: { resume, hold: true } by %s', (_, server, transport) => {
  test('no event of durable routes arrives before gateway:ready, every event after it, once', async () => {
    const { connect, add, redis, bystander, meta } = await stageHold(server, transport);
    const held = await connect({ resume: { news: meta }, hold: true });
    for (const n of [2, 3]) await add(n);
    await expect.poll(() => numbersOf(bystander)).toEqual([1, 2, 3]);
    await redis.publish('calm', { to: 7, n: 1 });
    await held.next('calm');
    await hearsNothingBefore(held);
    expect(durableEvents(held)).toEqual([]);

    held.socket.emit('gateway:ready');
    held.socket.emit('gateway:ready');
    await held.next('gateway:position');
    await add(4);
    await expect.poll(() => numbersOf(held)).toEqual([2, 3, 4]);
    held.socket.emit('gateway:ready');
    await hearsNothingBefore(held);
    expect(durableEvents(held)).toEqual(['news', 'news', 'gateway:position', 'news']);
    await expect.poll(() => numbersOf(bystander)).toEqual([1, 2, 3, 4]);
  });

  test('gateway:ready before the connect, without hold, and with a callback', async () => {
    const { connect, add, meta, gateway } = await stageHold(server, transport);
    const early = createClient(gateway.url, {
      transports: [transport],
      auth: { token: TOKENS.alice, resume: { news: meta }, hold: true },
      autoConnect: false,
    });
    early.socket.emit('gateway:ready');
    early.socket.connect();
    await early.next('gateway:position');
    const plain = await connect({ hold: true });
    expect(await plain.socket.emitWithAck('gateway:ready')).toEqual({ ok: true });
    await add(2);
    await expect.poll(() => [numbersOf(early), numbersOf(plain)]).toEqual([[2], [2]]);
  });

  test('the routes change while a client is held: new ones are held too, removed ones are not missed', async () => {
    const { connect, file, gateway, add, meta, commands, bystander } = await stageHold(server, transport);
    const held = await connect({ resume: { news: meta }, hold: true });
    writeFileSync(file, `version: 1\nroutes:\n${CALM.replaceAll('calm', 'later')}    source: stream\n`);
    expect((await gateway.reload()).kind).toBe('applied');
    await untilReady(gateway);
    await commands.xadd('later', '*', 'payload', '{"to":7,"n":1}');
    await bystander.next('later');
    writeFileSync(file, newsRoute('source: stream') + CALM.replaceAll('calm', 'later') + '    source: stream\n');
    expect((await gateway.reload()).kind).toBe('applied');
    await untilReady(gateway);
    await add(2);
    await bystander.next('news');
    await hearsNothingBefore(held);
    expect(durableEvents(held)).toEqual([]);
    held.socket.emit('gateway:ready');
    await expect.poll(() => numbersOf(held)).toEqual([2]);
    await commands.xadd('later', '*', 'payload', '{"to":7,"n":2}');
    expect((await held.next('later'))[0]).toEqual({ to: 7, n: 2 });
  });
});

test('a held client that goes, and a gateway that stops, leave nothing behind', async () => {
  const { connect, gateway, meta, add, bystander } = await stageHold('gateway', 'websocket');
  const [gone, stays] = [
    await connect({ resume: { news: meta }, hold: true }),
    await connect({ resume: {}, hold: true }),
  ];
  gone.socket.disconnect();
  await add(2);
  await expect.poll(() => numbersOf(bystander)).toEqual([1, 2]);
  await gateway.stop();
  await stays.next('disconnect');
  expect(durableEvents(stays)).toEqual([]);
});

test('after 30 s a client that is not ready receives a reset on each durable route, and is live; a late ready has no effect', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { plan } = stageDispatch(
    `version: 1
routes:
  news: { source: stream, event: news, schema: ../any.json, target: broadcast }
  prices: { source: stream, event: price, schema: ../any.json, target: broadcast }
`,
    { any: { type: 'object' } },
  );
  const judged = { rooms: [], except: [], text: '' };
  const dispatch: StreamDispatch = { evaluate: () => judged, deliver: () => judged };
  const results: unknown[] = [];
  const events = {
    readFailed() {},
    historyLost() {},
    resumed: (route: string, { result }: { result: string }) => void results.push([route, result]),
    replayFailed() {},
  };
  const streams = [createFakeStream(), createFakeStream()];
  let opened = 0;
  const open = () => (streams[(opened += 1) - 1] ?? createFakeStream()).store;
  const durable = new DurableRoutes({ open, dispatch, events, pauseAboveBytes: 1000 });
  onTestFinished(() => durable.stop());
  durable.runPlan(plan);
  for (let i = 0; i < 8; i += 1) for (const stream of streams) await stream.answer(0);
  const told: [string, unknown][] = [];
  const held = new Set<string>();
  const client = {
    rooms: ['everyone'],
    resumable: true,
    send: (event: string, payload: string) => void told.push([event, JSON.parse(payload)]),
    queued: () => 0,
    isOpen: () => true,
    hold: (route: string) => void held.add(route),
    release: (route: string) => void held.delete(route),
    isHeld: (route: string) => held.has(route),
  };
  durable.clientJoined(client, {}, true);
  await vi.advanceTimersByTimeAsync(29_999);
  expect([told, [...held]]).toEqual([[], ['news', 'prices']]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toMatchObject([
    ['gateway:reset', { route: 'news', reason: 'not-ready' }],
    ['gateway:reset', { route: 'prices', reason: 'not-ready' }],
  ]);
  expect([...held]).toEqual([]);
  durable.ready(client);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toHaveLength(2);
  expect(results).toEqual([
    ['news', 'not-ready'],
    ['prices', 'not-ready'],
  ]);
});
