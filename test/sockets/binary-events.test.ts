import { afterEach, describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { memoryInUse } from '../support/garbage.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { enterRaw } from './raw-client.ts';
import { frame, received, OPCODE, openUpgraded } from './raw-frames.ts';
import { openPolling } from './raw-polling.ts';
import { ROUTES_FILE, useStage } from './stage.ts';

const PONG = /^42\["pong",\{"timestamp":\d+\}\]$/;
const INVALID = { ok: false, code: 'invalid', retry: false };
const BYTES = new Uint8Array([1, 2, 3]);
const UNANNOUNCED = 'a client sent bytes that no event announced';
const TEXT = 'a client sent text in place of the attachments of its binary event';
const COUNT = 'a client sent a binary event without a count of attachments from 1 to 9999';
const EVENT = (attachments: number, id = ''): string => `45${attachments}-${id}["x",{"_placeholder":true,"num":0}]`;

describe.each(WEBSOCKET_SERVERS)('with websockets served by %s,', { timeout: 60_000 }, (server) => {
  const stage = useStage({ WEBSOCKET_SERVER: server });
  afterEach(() => stage().allIsWell());
  const refused = (): Promise<number> =>
    stage().gateway.metric('websocket_connections_failed_total{rejection="packet-malformed"}');
  const discarded = (): Promise<number> => stage().gateway.metric('websocket_attachments_discarded_total');

  test.each([['websocket'], ['polling']])(
    'a stock client by %s that sends bytes is answered invalid, and is served on',
    async (transport) => {
      const before = await discarded();
      const { socket } = await connectClient(stage().gateway.url, TOKENS.alice, { transports: [transport] });
      expect(await socket.emitWithAck('ping', Buffer.from('a'), { more: [Buffer.from('b')] })).toEqual(INVALID);
      expect(await socket.emitWithAck('upload', Buffer.alloc(40_000))).toEqual(INVALID);
      socket.emit('upload', Buffer.from('without a callback'));
      expect(await socket.emitWithAck('upload')).toEqual({ ...INVALID, code: 'unknown-event' });
      expect(await socket.emitWithAck('ping')).toEqual({ timestamp: expect.any(Number) });
      expect((await discarded()) - before).toBe(4);
      expect(await stage().gateway.metric('websocket_messages_received_total{kind="binary"}')).toBeGreaterThanOrEqual(
        3,
      );
    },
  );

  test.each<[what: string, packets: readonly (string | Uint8Array)[]]>([
    ['an event', [EVENT(1), BYTES]],
    ['an event with ten attachments', [EVENT(10), ...Array.from({ length: 10 }, () => BYTES)]],
    ['an event with eleven attachments', [EVENT(11), ...Array.from({ length: 11 }, () => BYTES)]],
    ['an event with the main namespace written out', ['451-/,["x",{"_placeholder":true,"num":0}]', BYTES]],
    ['an acknowledgement that nobody asked for', ['461-7[{"_placeholder":true,"num":0}]', BYTES]],
    ['a placeholder for what does not come', ['451-["ping",{"_placeholder":true,"num":99}]', BYTES]],
    ['attachments with a pong between them', [EVENT(2), BYTES, '3', BYTES]],
    ['empty attachments', [EVENT(2), new Uint8Array(), new Uint8Array()]],
  ])('%s with bytes is discarded in silence', async (_, packets) => {
    const client = await enterRaw(stage().gateway.url, TOKENS.alice);
    for (const packet of packets) client.send(packet);
    client.send('42["ping"]');
    expect(await client.next()).toMatch(PONG);
  });

  test.each<[what: string, packets: readonly (string | Uint8Array)[], reason: string]>([
    ['bytes that no event announced', [BYTES], UNANNOUNCED],
    ['more than was announced', [EVENT(1), BYTES, BYTES], UNANNOUNCED],
    ['more than eleven announced', [EVENT(11), ...Array.from({ length: 12 }, () => BYTES)], UNANNOUNCED],
    ['more than was announced, after an answer', [EVENT(1, '7'), BYTES, BYTES], UNANNOUNCED],
    ['text where bytes were announced', [EVENT(2), BYTES, '42["ping"]'], TEXT],
    ['an event within another', [EVENT(2), EVENT(1)], TEXT],
    ['a DISCONNECT within an event', [EVENT(2), '41'], TEXT],
    ['no attachments', ['450-["x"]'], COUNT],
    ['10,000 attachments', [EVENT(10_000)], COUNT],
    ['a billion attachments', ['451000000000-["x"]'], COUNT],
    ['a count in another form', ['451e0-["x"]'], COUNT],
    ['a count of hexadecimal digits', ['450x1-["x"]'], COUNT],
    ['a namespace that it is not in', ['451-/other,["x"]'], COUNT],
    ['an object for an event', ['451-{}'], COUNT],
    ['no event', ['451-'], COUNT],
  ])('%s ends the session, which is logged and counted', async (_, packets, reason) => {
    const { gateway } = stage();
    const before = await refused();
    const client = await enterRaw(gateway.url, TOKENS.alice);
    for (const packet of packets) client.send(packet);
    await expect.poll(refused).toBe(before + 1);
    await client.closed;
    await gateway.logged(`"rejection":"packet-malformed","reason":"${reason}"`);
  });

  test.each([['websocket'], ['polling']])(
    'a stock client by %s that sends twenty files at once is answered invalid, and is served on',
    async (transport) => {
      const before = await refused();
      const { socket } = await connectClient(stage().gateway.url, TOKENS.alice, { transports: [transport] });
      const files = Array.from({ length: 20 }, (_, index) => Buffer.from(`file ${index}`));
      expect(await socket.emitWithAck('upload', ...files)).toEqual(INVALID);
      expect(await socket.emitWithAck('upload', { list: files, more: { files } })).toEqual(INVALID);
      expect(await socket.emitWithAck('ping')).toEqual({ timestamp: expect.any(Number) });
      expect(await refused()).toBe(before);
    },
  );

  test('more than was announced ends a polling session', async () => {
    const session = await openPolling(stage().gateway.url);
    await session.post(`40${JSON.stringify({ token: TOKENS.alice })}`);
    let said = '';
    while (!said.includes('"connected"')) said += (await session.poll()).body;
    await session.post([EVENT(1), 'bAAEC', 'bAAEC'].join('\x1e')).catch(String);
    await expect.poll(async () => (await session.poll()).status).toBe(400);
  });

  test('an event that never ends takes no memory', async () => {
    const redis = await startRedis();
    const settings = { AUTH_MODE: 'optional', WEBSOCKET_SERVER: server, ROUTES_FILE, REDIS_URL: redis.url };
    const { url } = await startGateway(settings);
    const part = frame(Buffer.alloc(60_000), { opcode: OPCODE.bytes });
    const sendPart = async (): Promise<void> => {
      const socket = await openUpgraded(url);
      const entered = received(socket, '"connected"');
      socket.write(frame('40'));
      await entered;
      const answered = received(socket, '437[');
      for (const packet of [frame(EVENT(10, '7')), ...Array.from({ length: 9 }, () => part)]) socket.write(packet);
      await answered;
    };
    await sendPart();
    const before = memoryInUse();
    for (let client = 0; client < 20; client += 1) await sendPart();
    const after = memoryInUse();
    // One frame is in what ws keeps of its last read; nine were 540 KB.
    expect((after.buffers - before.buffers) / 20).toBeLessThan(140_000);
  });
});
