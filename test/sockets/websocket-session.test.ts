import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { Heartbeat } from '../../src/sockets/servers/native/heartbeat.ts';
import { WebSocketSession, type SessionOwner } from '../../src/sockets/servers/native/session.ts';
import { urlOf } from './socket-io.ts';

// What src/sockets/servers/native/session.ts takes for granted of ws: that its own frames leave within the call, never later.

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

async function open(): Promise<{ webSocket: WebSocket; tcp: Socket }> {
  const http = createServer();
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const opened = Promise.withResolvers<{ webSocket: WebSocket; tcp: Socket }>();
  http.on('upgrade', (request, tcp, head) =>
    webSockets.handleUpgrade(request, tcp, head, (webSocket) => opened.resolve({ webSocket, tcp: request.socket })),
  );
  const client = connect(Number(new URL(await urlOf(http)).port), '127.0.0.1');
  onTestFinished(() => (client.destroy(), void http.close()));
  client.write(UPGRADE);
  return opened.promise;
}

describe('the installed ws', () => {
  test.each([
    ['a message', (webSocket: WebSocket) => webSocket.send(Buffer.from('abc')), 5],
    ['a closing', (webSocket: WebSocket) => webSocket.close(), 2],
    ['an answer to a ping', (webSocket: WebSocket) => webSocket.pong('abc'), 5],
  ])('writes %s to the TCP socket within the call', async (_, act, bytes) => {
    const { webSocket, tcp } = await open();
    const before = tcp.bytesWritten;
    act(webSocket);
    expect(tcp.bytesWritten - before).toBe(bytes);
  });

  test('is no longer open once it has begun to close', async () => {
    const { webSocket } = await open();
    webSocket.close();
    expect(webSocket.readyState).not.toBe(webSocket.OPEN);
  });
});

test.each([
  ['an answer to a ping', '3'],
  ['a message', '40'],
])('a session that %s has ended, as one packet too many, does not hear it', async (_, packet) => {
  const { webSocket, tcp } = await open();
  const heartbeat = new Heartbeat({ pingInterval: 25_000, pingTimeout: 20_000 });
  const pong = vi.spyOn(heartbeat, 'pong');
  const messageReceived = vi.fn<SessionOwner['messageReceived']>();
  const owner: SessionOwner = { packetReceived: (one) => one.close(true), messageReceived, sessionClosed() {} };
  const peer = { address: '127.0.0.1', forwarded: false };
  const beginning = { peer, authorization: undefined, queryToken: undefined, cookieTokens: [] };
  const session = new WebSocketSession(webSocket, tcp, beginning, owner, heartbeat);
  session.received(Buffer.from(packet), false);
  expect(session.readyState).toBe('closed');
  expect(pong).not.toHaveBeenCalled();
  expect(messageReceived).not.toHaveBeenCalled();
});
