import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NetworkRates } from '../../src/sockets/handshake/network-rates.ts';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { SLACK_MS } from '../support/slack.ts';
import { frame, openUpgraded } from './raw-frames.ts';
import { HANDSHAKE, knock } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { stageSockets, type SocketStage } from './stage.ts';

/** Another address than that of the bystanders and of those who ask for metrics. */
const STRANGER = '127.0.0.9';
/** With MAX_CONNECTIONS_PER_ADDRESS=5. */
const MOST = 30;

async function dial({ gateway }: SocketStage, first = '', localAddress = STRANGER): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: gateway.port, localAddress });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', () => {});
  await once(socket, 'connect');
  if (first !== '') socket.write(first);
  return socket;
}

const stillOpen = (sockets: readonly Socket[]): number =>
  sockets.filter(({ closed, destroyed }) => !closed && !destroyed).length;

async function dialMany(stage: SocketStage, count: number, first: string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let one = 0; one < count; one += 1) sockets.push(await dial(stage, first));
  return sockets;
}

const refusals = ({ gateway }: SocketStage, code: string): Promise<number> =>
  gateway.metric(`websocket_connections_failed_total{rejection="${code}"}`);

describe('TCP connections of an address', { timeout: 60_000 }, () => {
  test.each([
    ['say nothing', ''],
    ['send half a header', 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX-'],
    ['stay after an answer', 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('that %s are closed beyond the limit, logged and counted; others get in', async (_, first) => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_ADDRESS: '5' });
    const before = await refusals(stage, 'address-limit');
    const sockets = await dialMany(stage, MOST + 10, first);
    await expect.poll(() => stillOpen(sockets)).toBeLessThanOrEqual(MOST);
    await stage.gateway.logged('too many TCP connections from this address');
    expect((await refusals(stage, 'address-limit')) - before).toBeGreaterThanOrEqual(10);
    await connectClient(stage.gateway.url, TOKENS.alice);
    await stage.allIsWell();

    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => stillOpen([await dial(stage, first)]), { timeout: 5000 }).toBe(1);
  });

  test('are not counted where the address is that of a trusted proxy', async () => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_ADDRESS: '5', TRUST_PROXY: `${STRANGER},127.0.0.1` });
    const sockets = await dialMany(stage, MOST + 20, '');
    await stage.allIsWell();
    expect(stillOpen(sockets)).toBe(MOST + 20);
  });

  test.each([
    ['a request', '/health/live', ''],
    ['a handshake', HANDSHAKE.polling, ''],
    [
      'a websocket',
      HANDSHAKE.websocket,
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
    ],
  ])('do not end there where the address sends X-Forwarded-For with %s', async (_, path, more) => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_ADDRESS: '5' });
    const forwarded = `HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n`;
    const first = await dial(stage, `GET ${path} ${forwarded}${more}\r\n`);
    await once(first, 'data');
    const sockets = await dialMany(stage, MOST + 20, '');
    await stage.allIsWell();
    expect(stillOpen(sockets)).toBe(MOST + 20);
  });

  test('have no limit with MAX_CONNECTIONS_PER_ADDRESS=0', async () => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_ADDRESS: '0' });
    const sockets = await dialMany(stage, 100, '');
    await stage.allIsWell();
    expect(stillOpen(sockets)).toBe(100);
  });
});

describe.each(WEBSOCKET_SERVERS)('a websocket served by %s that the gateway closes', { timeout: 60_000 }, (server) => {
  test.each([
    ['for a packet that is none', 'x'],
    ['for a CONNECT that is not let in', '40"text"'],
  ])('%s is gone within seconds, though the client does not close it', async (_, packet) => {
    const stage = await stageSockets({ WEBSOCKET_SERVER: server });
    const socket = await openUpgraded(stage.gateway.url);
    // It answers no close frame.
    const closed = once(socket, 'close');
    const began = performance.now();
    socket.write(frame(packet));
    await closed;
    // 1.5 s are promised; it was 30 s.
    expect(performance.now() - began).toBeLessThan(1500 + SLACK_MS);
    await stage.allIsWell();
  });
});

describe('new handshakes of a network', { timeout: 60_000 }, () => {
  test('leave room for those of others', async () => {
    const stage = await stageSockets({ MAX_HANDSHAKES_PER_SECOND: '50', TRUST_PROXY: 'loopback' });
    const knockFrom = (address: string) => knock(stage.gateway.url, 'polling', { 'X-Forwarded-For': address });
    const flood = await Promise.all(Array.from({ length: 45 }, () => knockFrom('203.0.113.7')));
    expect(flood.filter(({ status }) => status === 200).length).toBeLessThan(30);
    expect(flood.find(({ status }) => status !== 200)).toMatchObject({
      status: 503,
      body: expect.stringContaining('too-many-handshakes'),
    });
    for (let other = 1; other <= 5; other += 1) expect((await knockFrom(`203.0.113.${100 + other}`)).status).toBe(200);
    await stage.allIsWell();
  });

  test.each([
    ['a trusted proxy', { TRUST_PROXY: 'loopback' }, {}],
    ['a proxy that is not named, and sends X-Forwarded-For,', {}, { 'X-Forwarded-For': '203.0.113.7' }],
  ])('of %s are those of many', async (_, settings, headers) => {
    const stage = await stageSockets({ MAX_HANDSHAKES_PER_SECOND: '100', ...settings });
    const answers = await Promise.all(Array.from({ length: 60 }, () => knock(stage.gateway.url, 'polling', headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 200));
    await stage.allIsWell();
  });

  test('are not limited with MAX_HANDSHAKES_PER_SECOND=0', async () => {
    const stage = await stageSockets({ MAX_HANDSHAKES_PER_SECOND: '0' });
    const sessions = await Promise.all(Array.from({ length: 300 }, () => openPolling(stage.gateway.url)));
    expect(sessions.filter(({ sid }) => sid === '')).toEqual([]);
    await stage.allIsWell();
  });

  test('are counted for as long as it takes to forget them, and no longer', () => {
    let now = 0;
    const rates = new NetworkRates(10, 20, () => now);
    const taken = (network: string): number =>
      Array.from({ length: 50 }, () => rates.take(network)).filter(Boolean).length;
    expect([taken('a'), taken('b'), taken('a')]).toEqual([20, 20, 0]);
    now += 1000;
    expect(taken('a')).toBe(10);
    now += 1100;
    expect(taken('a')).toBe(11);
    now += 2000;
    expect([taken('a'), taken('b')]).toEqual([20, 20]);
    now += 60_000;
    expect(taken('b')).toBe(20);
  });
});
