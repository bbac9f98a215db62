import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { openRaw, type RawClient } from './raw-client.ts';
import { frame, openUpgraded, received, OPCODE } from './raw-frames.ts';
import { HANDSHAKE } from './raw-http.ts';
import { openPolling, type PollingSession } from './raw-polling.ts';
import { useStage } from './stage.ts';

const POSITION = { e: '3QHHeTnB3qwy', id: '00000001796126267620-00000000000000000000' };
const resume = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`route-number-${index}`, POSITION]));
const CONNECT = `40${JSON.stringify({ token: TOKENS.alice })}`;
const NOTICES = `40${JSON.stringify({ token: TOKENS.alice, notices: true })}`;

const FRAMES = 'a client sent frames that violate the WebSocket protocol';
const NOT_PARSED = 'a packet is not one of the default parser of Socket.IO';
const ELSEWHERE = 'a packet is for a namespace that its client is not in';
const ENGINE = 'a client sent a packet that is not one of Engine.IO 4';

/** Packets of an accepted client that end its session. */
const PACKETS: readonly (readonly [what: string, packet: string | Uint8Array, reason: string])[] = [
  ['an unknown packet type', '49', NOT_PARSED],
  ['an empty packet', '4', NOT_PARSED],
  ['no JSON', '42ping', NOT_PARSED],
  ['an object for an event', '42{}', NOT_PARSED],
  ['a reserved name', '42["disconnect"]', NOT_PARSED],
  ['a DISCONNECT with a payload', '41{}', NOT_PARSED],
  ['an event for another namespace', '42/admin,["ping"]', ELSEWHERE],
  ['a DISCONNECT from another namespace', '41/admin,', ELSEWHERE],
  ['a packet that only servers send', '44{"message":"x"}', 'a client sent a CONNECT_ERROR, which only servers send'],
  ['bytes that no event announced', new Uint8Array([1]), 'a client sent bytes that no event announced'],
];

describe.each(WEBSOCKET_SERVERS)('on the server %s', (server) => {
  const stage = useStage({ WEBSOCKET_SERVER: server, MAX_HANDSHAKES_PER_SECOND: '0' });
  afterEach(() => stage().allIsWell());
  const refused = (code: string): Promise<number> =>
    stage().gateway.metric(`websocket_connections_failed_total{rejection="${code}"}`);
  const assertReported = async (code: string, reason: string, before: number): Promise<void> => {
    await stage().gateway.logged(`"rejection":"${code}","reason":"${reason}"`);
    await expect.poll(() => refused(code)).toBe(before + 1);
  };

  describe('a CONNECT longer than MAX_CLIENT_MESSAGE_BYTES', () => {
    test.each([
      [['websocket'], 'a message was too long, and its client was not accepted yet'],
      [['polling'], 'a polling request was too long, or arrived in too many chunks'],
      [['polling', 'websocket'], 'a polling request was too long, or arrived in too many chunks'],
    ])('over %j is logged with a hint and counted', async (transports, reason) => {
      const before = await refused('message-too-large');
      const auth = { token: TOKENS.alice, resume };
      const client = createClient(stage().gateway.url, { transports, auth, reconnection: false });
      await client.next('disconnect');
      await assertReported('message-too-large', reason, before);
      await stage().gateway.logged('are `auth` or `auth.resume` of the client very large?');
    });

    test('over polling in chunks, without a length, is logged and counted', async () => {
      const before = await refused('message-too-large');
      const { sid } = await openPolling(stage().gateway.url);
      const url = `${stage().gateway.url}${HANDSHAKE.polling}&sid=${sid}`;
      const status = await new Promise((resolve, reject) => {
        const sent = request(url, { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } });
        sent.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject);
        sent.end(`40${JSON.stringify({ token: TOKENS.alice, resume })}`);
      });
      expect(status).toBe(413);
      await assertReported(
        'message-too-large',
        'a polling request was too long, or arrived in too many chunks',
        before,
      );
    });

    test('over a websocket that upgraded a polling session is logged and counted', async () => {
      const before = await refused('message-too-large');
      const { sid } = await openPolling(stage().gateway.url);
      const socket = await openUpgraded(stage().gateway.url, {
        path: `${HANDSHAKE.websocket}&sid=${sid}`,
        until: '101',
      });
      const probed = received(socket, '3probe');
      socket.write(frame('2probe'));
      await probed;
      socket.write(Buffer.concat([frame('5'), frame('', { length: 70_000 })]));
      await assertReported('message-too-large', 'a message was too long, and its client was not accepted yet', before);
    });
  });

  test('a longer message of an accepted client is counted once', async () => {
    const before = await refused('message-too-large');
    const client = await accepted(CONNECT);
    client.send(`42["x","${'x'.repeat(70_000)}"]`);
    await client.closed;
    await assertReported('message-too-large', 'a message from this client was too long', before);
  });

  test.each(PACKETS)('%s, of a client by websocket, is logged and counted', async (_, packet, reason) => {
    const before = await refused('packet-malformed');
    const client = await accepted(CONNECT);
    client.send(packet);
    await client.closed;
    await assertReported('packet-malformed', reason, before);
  });

  test.each(PACKETS.filter(([, packet]) => typeof packet === 'string'))(
    '%s, of a client by polling, is logged and counted',
    async (_, packet, reason) => {
      const before = await refused('packet-malformed');
      const session = await acceptedByPolling(CONNECT);
      await session.post(String(packet));
      await assertReported('packet-malformed', reason, before);
      await expect.poll(async () => (await session.poll()).status).toBe(400);
    },
  );

  test.each(PACKETS)('%s: a client that requested notices receives the reason', async (_, packet) => {
    const closings = 'websocket_closings_total{code="packet-malformed"}';
    const before = await stage().gateway.metric(closings);
    const client = await accepted(NOTICES);
    client.send(packet);
    expect(await client.next()).toBe('42["gateway:closing",{"code":"packet-malformed","retry":true,"after":0}]');
    await client.closed;
    expect(await stage().gateway.metric(closings)).toBe(before + 1);
  });

  test('a client by polling that requested notices receives the reason', async () => {
    const session = await acceptedByPolling(NOTICES);
    await session.post('49');
    expect((await session.poll()).body).toContain('["gateway:closing",{"code":"packet-malformed","retry":true');
  });

  describe.each([
    ['before it is accepted', [], 'handshake-malformed'],
    ['once it is accepted', [CONNECT], 'packet-malformed'],
  ])('what a client does wrong below the packets, %s,', (_, first, code) => {
    test.each([
      ['a frame that is not masked', [frame('42["ping"]', { masked: false })], FRAMES],
      ['text that is not UTF-8', [frame(Buffer.from([0x34, 0xff, 0xfe]))], FRAMES],
      ['a compressed frame', [frame('42["ping"]', { reserved: 4 })], FRAMES],
      ['empty fragments', [frame('4', { fin: false }), ...fragments(200_000)], FRAMES],
      ['a packet of no type', [frame('x')], ENGINE],
      ['a ping, which servers send', [frame('2')], ENGINE],
    ])('is logged and counted: %s', async (_what, frames, reason) => {
      const before = await refused(code);
      const socket = await openUpgraded(stage().gateway.url);
      for (const packet of first) {
        const entered = received(socket, '"connected"');
        socket.write(frame(packet));
        await entered;
      }
      socket.write(Buffer.concat(frames));
      await assertReported(code, reason, before);
    });

    test.each([
      ['a packet of no type', 'x', {}, ENGINE],
      ['a ping, which servers send', '2', {}, ENGINE],
      [
        'bytes',
        Buffer.from([0, 1]),
        { 'Content-Type': 'application/octet-stream' },
        'a polling request has the content type application/octet-stream',
      ],
    ])('is logged and counted over polling: %s', async (_what, body, headers: Record<string, string>, reason) => {
      const before = await refused(code);
      const session = first.length > 0 ? await acceptedByPolling(CONNECT) : await openPolling(stage().gateway.url);
      await session.post(body, headers);
      await assertReported(code, reason, before);
    });

    test('is logged and counted over polling: two polls at once', async () => {
      const before = await refused(code);
      const session = first.length > 0 ? await acceptedByPolling(CONNECT) : await openPolling(stage().gateway.url);
      await Promise.all([session.poll(), session.poll()]);
      await assertReported(code, 'a client sent two polling requests of one session at once', before);
    });
  });

  test('connections that end by themselves are neither logged nor counted', async () => {
    const codes = ['handshake-malformed', 'packet-malformed', 'message-too-large'];
    const before = await Promise.all(codes.map(refused));
    const client = await accepted(CONNECT);
    client.send('1');
    const reset = await openUpgraded(stage().gateway.url);
    reset.resetAndDestroy();
    const closed = await openUpgraded(stage().gateway.url);
    closed.end(frame(Buffer.from([0x03, 0xe9]), { opcode: OPCODE.close }));
    await new Promise((resolve) => closed.once('close', resolve));
    const session = await acceptedByPolling(CONNECT);
    await session.post('1');
    expect(await Promise.all(codes.map(refused))).toEqual(before);
  });

  test.each(['websocket', 'polling'])(
    'a client over %s that names a namespace with a comma is closed, logged with a hint and counted',
    async (transport) => {
      const before = await refused('namespace-unknown');
      const late = await refused('handshake-timeout');
      const auth = { token: TOKENS.alice };
      const client = createClient(`${stage().gateway.url}/a,b`, {
        transports: [transport],
        auth,
        reconnection: false,
      });
      await client.next('disconnect');
      const reason =
        'the gateway has only the main namespace; this one has a comma in its name, or more than 100 characters';
      await assertReported('namespace-unknown', reason, before);
      await stage().gateway.logged('connect with io(url), without a path in the URL');
      expect(await refused('handshake-timeout')).toBe(late);
    },
  );

  test.each(['websocket', 'polling'])(
    'a client over %s keeps its main namespace while it names another with a comma or a long name',
    async (transport) => {
      const before = await refused('namespace-unknown');
      const auth = { token: TOKENS.alice };
      const main = createClient(stage().gateway.url, { transports: [transport], auth });
      await main.next('connected');
      for (const name of ['/a,b', '/,', `/${'x'.repeat(200)}`]) main.socket.io.socket(name, { auth });
      await expect.poll(() => refused('namespace-unknown')).toBe(before + 3);
      expect(await main.socket.emitWithAck('ping')).toEqual({ timestamp: expect.any(Number) });
    },
  );

  async function accepted(connect: string): Promise<RawClient> {
    const client = await openRaw(stage().gateway.url);
    client.send(connect);
    await client.next();
    await client.next();
    return client;
  }

  async function acceptedByPolling(connect: string): Promise<PollingSession> {
    const session = await openPolling(stage().gateway.url);
    await session.post(connect);
    let all = '';
    while (!all.includes('"connected"')) all += (await session.poll()).body;
    return session;
  }
});

function fragments(count: number): Buffer[] {
  const one = frame('', { fin: false, opcode: OPCODE.continuation });
  return Array.from({ length: count }, () => one);
}
