import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { enterRaw, openRaw } from './raw-client.ts';
import { frame, received, OPCODE, openUpgraded } from './raw-frames.ts';
import { HANDSHAKE } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const stage = useStage();
afterEach(() => stage().allIsWell());

const CONNECT = `40${JSON.stringify({ token: TOKENS.alice })}`;
/** Packets of one polling request are parted by this. */
const SEPARATOR = '\x1e';

describe('a session that sends without measure is closed', () => {
  test('after 10,000 pings at once', async () => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    for (let i = 0; i < 10_000; i += 1) client.send('42["ping"]');
    await expect(client.closed).resolves.toBeUndefined();
    expect(await stage().gateway.metric('websocket_connections_failed_total{rejection="too-many-packets"}')).toBe(1);
  });

  test('after 1,000 requests for unknown namespaces', async () => {
    const client = await openRaw(stage().gateway.url);
    for (let i = 0; i < 1000; i += 1) client.send(`40/namespace-${i},`);
    await expect(client.closed).resolves.toBeUndefined();
  });

  test('though it polls, and sends them in one request', async () => {
    const session = await openPolling(stage().gateway.url);
    await session.post(Array.from({ length: 5000 }, (_, i) => `40/${i},`).join(SEPARATOR)).catch(String);
    expect(await session.poll()).toMatchObject({ status: 400 });
  });

  test('but not after 400 pings of a client that was offline', async () => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    for (let i = 0; i < 400; i += 1) client.send('42["ping"]');
    for (let i = 0; i < 400; i += 1) expect(await client.next()).toMatch(/^42\["pong"/);
  });
});

describe('control frames of websocket, which ws answers itself,', () => {
  const MANY = 1000;
  const refusals = (): Promise<number> =>
    stage().gateway.metric('websocket_connections_failed_total{rejection="too-many-packets"}');

  /** Sends for as long as it may, and reads nothing. @returns how often it was refused. */
  async function flood(socket: Socket, opcode: number): Promise<number> {
    const frames = Buffer.concat(Array.from({ length: MANY }, () => frame('x'.repeat(125), { opcode })));
    socket.pause();
    const before = await refusals();
    while ((await refusals()) === before && !socket.destroyed) socket.write(frames);
    return (await refusals()) - before;
  }

  test.each(['ping', 'pong'] as const)('are limited before there is a token: %s', async (kind) => {
    const memory = (): Promise<number> => stage().gateway.metric('process_resident_memory_bytes');
    const before = await memory();
    expect(await flood(await openUpgraded(stage().gateway.url), OPCODE[kind])).toBe(1);
    expect((await memory()) - before).toBeLessThan(50e6);
  });

  test('are limited on a connection that begins to upgrade and never does', async () => {
    const { sid } = await openPolling(stage().gateway.url);
    const socket = await openUpgraded(stage().gateway.url, { path: `${HANDSHAKE.websocket}&sid=${sid}`, until: '101' });
    expect(await flood(socket, OPCODE.ping)).toBe(1);
  });

  test('are answered to a client that means well', async () => {
    const socket = await openUpgraded(stage().gateway.url);
    socket.write(frame('still there?', { opcode: OPCODE.ping }));
    await expect(received(socket, 'still there?')).resolves.toBeUndefined();
  });
});

describe('a session that wants to be many', () => {
  test('by CONNECT upon CONNECT is one client, and the auth service is asked once at most', async () => {
    const { gateway } = stage();
    const calls = (): Promise<number> => gateway.metric('gateway_auth_calls_total{answer="valid"}');
    const before = await calls();
    const client = await openRaw(gateway.url);
    for (let i = 0; i < 100; i += 1) client.send(CONNECT);
    expect([await client.next(), await client.next()]).toEqual([
      expect.stringMatching(/^40\{"sid"/),
      expect.stringMatching(/^42\["connected"/),
    ]);
    client.send('42["ping"]');
    expect(await client.next()).toMatch(/^42\["pong"/);
    expect((await calls()) - before).toBeLessThanOrEqual(1);
  });

  test('by many CONNECTs in one polling request is one client, and the auth service is asked once at most', async () => {
    const { gateway } = stage();
    const calls = (): Promise<number> => gateway.metric('gateway_auth_calls_total{answer="valid"}');
    const before = await calls();
    const session = await openPolling(gateway.url);
    await session.post(Array.from({ length: 100 }, () => CONNECT).join(SEPARATOR));
    let received = '';
    while (!received.includes('"connected"')) received += (await session.poll()).body;
    expect(received.match(/"sid"|"connected"/g)).toEqual(['"sid"', '"connected"']);
    expect((await calls()) - before).toBeLessThanOrEqual(1);
  });
});
