import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { enterRaw } from './raw-client.ts';
import { enterUpgraded, frame, openUpgraded } from './raw-frames.ts';
import { ask, HANDSHAKE } from './raw-http.ts';
import { openPolling, type PollingSession } from './raw-polling.ts';
import { stageSockets, type SocketStage } from './stage.ts';

const CONNECT = `40${JSON.stringify({ token: TOKENS.alice })}`;
/** Each is answered with a CONNECT_ERROR of some 300 bytes. */
const QUESTION = `40/${'x'.repeat(90)},`;
const LIMITS = { MAX_QUEUE_BYTES: '500000', MAX_CLIENT_PACKETS_PER_SECOND: '0', HANDSHAKE_TIMEOUT: '0' };
const BYSTANDERS = 2;
const SEPARATOR = '\x1e';

const cuts = ({ gateway }: SocketStage): Promise<number> => gateway.metric('websocket_slow_clients_cut_total');
const timeouts = ({ gateway }: SocketStage): Promise<number> =>
  gateway.metric('websocket_connections_failed_total{rejection="handshake-timeout"}');

/** Asks without end and reads nothing, until it is cut off. */
async function askAndNotRead(socket: Socket): Promise<void> {
  socket.pause();
  const questions = Buffer.concat(Array.from({ length: 1000 }, () => frame(QUESTION)));
  // A socket that is paused sees its end only when it writes.
  while (!socket.destroyed)
    await new Promise((resolve) => void (socket.write(questions, resolve) || setTimeout(resolve, 20)));
}

async function leave(socket: Socket): Promise<Socket> {
  socket.write(frame('41'));
  return socket;
}

/** Asks without end and never fetches an answer; @returns what the last request was answered with. */
async function askAndNotFetch(session: PollingSession): Promise<number> {
  const questions = Array.from({ length: 600 }, () => QUESTION).join(SEPARATOR);
  for (;;) {
    const { status } = await session.post(questions);
    if (status !== 200) return status;
  }
}

async function enterPolling(url: string): Promise<PollingSession> {
  const session = await openPolling(url);
  await session.post(CONNECT);
  let said = '';
  while (!said.includes('"connected"')) said += (await session.poll()).body;
  return session;
}

describe.each(WEBSOCKET_SERVERS)('with websockets served by %s,', { timeout: 60_000 }, (server) => {
  const settings = { ...LIMITS, WEBSOCKET_SERVER: server };

  describe('a session that asks for answers and does not read them is cut off', () => {
    test.each<[when: string, open: (url: string) => Promise<Socket>]>([
      ['before a client of it is let in', (url) => openUpgraded(url)],
      ['after its client left', async (url) => leave(await enterUpgraded(url, TOKENS.alice))],
    ])('%s', async (_, open) => {
      const stage = await stageSockets(settings);
      await askAndNotRead(await open(stage.gateway.url));
      expect(await cuts(stage)).toBe(1);
      await stage.allIsWell();
    });

    test.each<[when: string, open: (url: string) => Promise<PollingSession>]>([
      ['before a client of it is let in', (url) => openPolling(url)],
      [
        'after its client left',
        async (url) => {
          const session = await enterPolling(url);
          await session.post('41');
          return session;
        },
      ],
    ])('by polling, %s', async (_, open) => {
      const stage = await stageSockets(settings);
      expect(await askAndNotFetch(await open(stage.gateway.url))).toBe(400);
      expect(await cuts(stage)).toBe(1);
      await stage.allIsWell();
    });
  });

  test('a session whose client left has as long for the next one as for the first', async () => {
    const stage = await stageSockets({ HANDSHAKE_TIMEOUT: '2', WEBSOCKET_SERVER: server });
    const [gone, back] = [
      await enterRaw(stage.gateway.url, TOKENS.alice),
      await enterRaw(stage.gateway.url, TOKENS.alice),
    ];
    const polling = await enterPolling(stage.gateway.url);
    await polling.post('41');
    gone.send('41');
    back.send('41');
    await expect.poll(() => stage.gateway.metric('websocket_connections')).toBe(BYSTANDERS);
    back.send(CONNECT);
    expect(await back.next()).toMatch(/^40/);
    expect(await back.next()).toMatch(/"connected"/);

    await gone.closed;
    await expect.poll(() => timeouts(stage), { timeout: 5000 }).toBe(2);
    expect((await polling.poll()).status).toBe(400);
    back.send('42["ping"]');
    expect(await back.next()).toMatch(/"pong"/);
    await stage.allIsWell();
  });
});

describe('a websocket that is to take over a polling session', { timeout: 60_000 }, () => {
  const stagePolling = async () => {
    const stage = await stageSockets();
    const session = await enterPolling(stage.gateway.url);
    const path = `${HANDSHAKE.websocket}&sid=${session.sid}`;
    return { stage, session, socket: await openUpgraded(stage.gateway.url, { path, until: '101' }) };
  };

  test('and probes without end is disconnected, and the session continues', async () => {
    const { stage, session, socket } = await stagePolling();
    const probes = Buffer.concat(Array.from({ length: 1000 }, () => frame('2probe')));
    socket.pause();
    socket.write(probes);
    await expect
      .poll(() => stage.gateway.metric('websocket_connections_failed_total{rejection="too-many-packets"}'))
      .toBe(1);
    expect((await session.post('3')).status).toBe(200);
    await stage.allIsWell();
  });

  test('does so, and its packets are counted as those of the session', async () => {
    const { stage, session, socket } = await stagePolling();
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
    socket.write(frame('2probe'));
    await expect.poll(() => said).toContain('3probe');
    const poll = ask(stage.gateway.url, `${HANDSHAKE.polling}&sid=${session.sid}`);
    await poll;
    socket.write(frame('5'));
    const pings = Buffer.concat(Array.from({ length: 490 }, () => frame('42["ping"]')));
    socket.write(pings);
    await expect.poll(() => said.split('"pong"').length - 1, { timeout: 5000 }).toBe(490);
    await stage.allIsWell();
  });
});
