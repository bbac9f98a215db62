import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { onTestFinished } from 'vitest';
import { createPeerOf } from '../../src/sockets/servers/client-address.ts';
import { createEngineIoWriters } from '../../src/sockets/servers/socket-io/engine-io-writer.ts';
import { serveSocketIo } from '../../src/sockets/servers/socket-io/socket-io-server.ts';
import { createSocketIo, PROTOCOL, type LibraryServer } from '../../src/sockets/servers/socket-io/socket-io.ts';
import type { WebSocketServerName } from '../../src/sockets/servers/open-servers.ts';
import type { SocketHandlers, SocketServer } from '../../src/sockets/servers/socket-server.ts';
import { serveWebSockets } from '../../src/sockets/servers/native/websocket-server.ts';

/** Lets everybody in, and does nothing else. */
export const OPEN_DOOR: SocketHandlers = {
  refusal: () => undefined,
  cookieTokens: () => [],
  malformed() {},
  unread() {},
  posted() {},
  webSocketOpened() {},
  sessionOpened() {},
  packetReceived() {},
  answerToPacket: () => undefined,
  packetNotParsed() {},
  sessionClosed() {},
  admit: async () => ({ kind: 'accepted' }),
  entered() {},
  eventReceived() {},
  left() {},
};

const PEER_OF = createPeerOf([]);

/** The gateway's Socket.IO server alone, in this process. */
export async function startSocketIo(): Promise<{ io: LibraryServer; url: string }> {
  const http = createServer();
  const io = createSocketIo(http);
  onTestFinished(() => io.close());
  return { io, url: await urlOf(http) };
}

/** All ways in with these handlers: those who begin by websocket are served by the gateway itself, or by Socket.IO too. */
export async function startSocketServer(
  webSockets: WebSocketServerName,
  handlers: Partial<SocketHandlers> = {},
  direct = true,
): Promise<{ server: SocketServer; io: LibraryServer; url: string }> {
  const http = createServer();
  const all = { ...OPEN_DOOR, ...handlers };
  const own = serveWebSockets(all, { ...PROTOCOL, peerOf: PEER_OF });
  const io = createSocketIo(http, { ...PROTOCOL, ...(webSockets === 'gateway' && { takesUpgrade: own.takesUpgrade }) });
  const writerOf = createEngineIoWriters({ directWritesOff() {} }, direct);
  const library = serveSocketIo(io, all, { writerOf, peerOf: PEER_OF });
  onTestFinished(async () => {
    await own.close();
    await library.close();
  });
  return { server: webSockets === 'gateway' ? own : library, io, url: await urlOf(http) };
}

export async function urlOf(http: Server): Promise<string> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
