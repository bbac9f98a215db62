import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { HANDSHAKE } from '../sockets/raw-http.ts';
import { openPolling } from '../sockets/raw-polling.ts';
import { useStage } from '../sockets/stage.ts';
import { TOKENS } from '../support/auth-service.ts';
import { fuzz, FUZZED, FUZZ_TIMEOUT } from './fuzz.ts';
import { packet } from './packets.ts';

type Packet = string | Uint8Array;

const CONNECT = `40${JSON.stringify({ token: TOKENS.alice })}`;
/** Engine.IO's own end of a polling session, which is no fault. */
const CLOSE = '1';
/** The count follows the end at once; the rest is slack. A longer wait would outlast the fuzzer. */
const SOON_MS = 1000;
const input = fc.record({ packets: fc.array(packet, { minLength: 1, maxLength: 3 }), entered: fc.boolean() });

describe.each(WEBSOCKET_SERVERS)('on the server %s', { timeout: FUZZ_TIMEOUT }, (server) => {
  const stage = useStage({ ...FUZZED, WEBSOCKET_SERVER: server, HANDSHAKE_TIMEOUT: '0' });
  /** Without requests for sessions that have ended, which follow an end by polling. */
  const counted = async (): Promise<number> => {
    const { metric } = stage().gateway;
    const failed = 'websocket_connections_failed_total';
    return (await metric(failed)) - (await metric(`${failed}{rejection="session-unknown"}`));
  };

  test.each([
    ['websocket', isEndedByWebSocket],
    ['polling', isEndedByPolling],
  ])('a session by %s that the gateway ends because of its packets is counted', async (_, isEndedBy) => {
    const runs = await fuzz(
      input,
      async ({ packets, entered }) => {
        const before = await counted();
        const isEnded = await isEndedBy(stage().gateway.url, packets, entered);
        await expect.poll(counted, { timeout: SOON_MS }).toBeGreaterThanOrEqual(isEnded ? before + 1 : before);
      },
      'shrink',
    );
    expect(runs).toBeGreaterThan(0);
    await stage().allIsWell();
  });
});

/** Whether the gateway closes the connection before it answers the ping that follows the packets. */
async function isEndedByWebSocket(url: string, packets: readonly Packet[], entered: boolean): Promise<boolean> {
  const options: ClientOptions = { perMessageDeflate: false };
  const socket = new WebSocket(url.replace('http', 'ws') + HANDSHAKE.websocket, options);
  const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
  const answered = new Promise<boolean>((resolve) => socket.once('pong', () => resolve(false)));
  await received(socket, '"sid"');
  if (entered) {
    const connected = received(socket, '"connected"');
    socket.send(CONNECT);
    await connected;
  }
  for (const one of packets) socket.send(one);
  socket.ping();
  const isEnded = await Promise.race([closed, answered]);
  socket.terminate();
  return isEnded;
}

function received(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    socket.on('message', (data) => {
      if (Buffer.isBuffer(data) && data.includes(text)) resolve();
    });
  });
}

/** Whether the session has ended, or ends with its next answer: an open one answers the request for another namespace. */
async function isEndedByPolling(url: string, packets: readonly Packet[], entered: boolean): Promise<boolean> {
  const session = await openPolling(url);
  if (entered) {
    await session.post(CONNECT);
    while (!(await session.poll()).body.includes('"connected"'));
  }
  const coded = packets.map((one) => (typeof one === 'string' ? one : `b${Buffer.from(one).toString('base64')}`));
  const all = coded.join('\x1e');
  if (all.split('\x1e').some((one) => one.startsWith(CLOSE))) return false;
  await session.post(all);
  await session.post('40/nowhere,');
  let answer = await session.poll();
  while (answer.status === 200 && !isLast(answer.body)) answer = await session.poll();
  const isEnded = !answer.body.includes('44/nowhere,');
  await session.post(CLOSE);
  return isEnded;
}

function isLast(body: string): boolean {
  return body.includes('44/nowhere,') || body.split('\x1e').includes(CLOSE);
}
