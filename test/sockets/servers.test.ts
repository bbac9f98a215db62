import { createServer } from 'node:http';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createPeerOf } from '../../src/sockets/servers/client-address.ts';
import { unverifiedForNativeServer } from '../../src/sockets/servers/library-versions.ts';
import { openServers, type WebSocketServerName } from '../../src/sockets/servers/open-servers.ts';
import { createSocketPath } from '../../src/sockets/servers/socket-path.ts';
import type { ClientSocket } from '../../src/sockets/servers/socket-server.ts';
import { WebSocketSession } from '../../src/sockets/servers/native/session.ts';
import { createClient } from '../support/client.ts';
import { OPEN_DOOR, urlOf } from './socket-io.ts';

// Another version of ws than the installed one can be had by a double only.
vi.mock('../../src/sockets/servers/library-versions.ts', { spy: true });
afterEach(() => void vi.restoreAllMocks());

/** Who serves the client that comes to such servers, and what they told of themselves. */
async function servedBy(webSocketServer: WebSocketServerName, transports: string[]) {
  const http = createServer();
  const told: string[] = [];
  const events = {
    nativeServerOff: (found: string) => void told.push(found),
    directWritesOff: (found: string) => void told.push(found),
  };
  const protocol = { path: createSocketPath('/socket.io/'), pingInterval: 25, pingTimeout: 20 };
  const options = {
    ...protocol,
    originOf: () => 'absent' as const,
    maxClientMessageBytes: 65_536,
    peerOf: createPeerOf([]),
    webSocketServer,
    events,
  };
  const entered = Promise.withResolvers<ClientSocket>();
  const server = openServers(http, options)({ ...OPEN_DOOR, entered: (socket) => entered.resolve(socket) });
  onTestFinished(() => server.close());
  createClient(await urlOf(http), { transports });
  const { conn } = await entered.promise;
  expect([server.socketCount(), server.sessionCount(), [...server.sockets()].length]).toEqual([1, 1, 1]);
  expect(server.peerOf(conn)).toEqual({ address: '127.0.0.1', forwarded: false });
  return { by: conn instanceof WebSocketSession ? 'gateway' : 'socket.io', told };
}

test.each([
  ['gateway', ['websocket'], 'gateway'],
  ['gateway', ['polling', 'websocket'], 'socket.io'],
  ['gateway', ['polling'], 'socket.io'],
  ['socket.io', ['websocket'], 'socket.io'],
] as const)('with WEBSOCKET_SERVER=%s a client by %j is served by %s', async (wanted, transports, by) => {
  expect(await servedBy(wanted, [...transports])).toEqual({ by, told: [] });
});

test('an unverified version of ws is left to Socket.IO, and that is reported', async () => {
  vi.mocked(unverifiedForNativeServer).mockReturnValue(['ws 9.0.0']);
  expect(await servedBy('gateway', ['websocket'])).toEqual({ by: 'socket.io', told: ['ws 9.0.0'] });
});
