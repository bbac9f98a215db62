import { once } from 'node:events';
import { createServer } from 'node:http';
import { createPeerOf } from '../../src/sockets/servers/client-address.ts';
import { createSocketIo, type LibrarySocket } from '../../src/sockets/servers/socket-io/socket-io.ts';
import type { WebSocketServerName } from '../../src/sockets/servers/open-servers.ts';
import type { ClientSocket, SocketHandlers } from '../../src/sockets/servers/socket-server.ts';
import { serveWebSockets } from '../../src/sockets/servers/native/websocket-server.ts';
import { OPEN_DOOR } from '../sockets/socket-io.ts';

/** Times and sizes that the suite has written into it. */
const PROFILE = { pingInterval: 300, pingTimeout: 200, maxHttpBufferSize: 1_000_000 };
const NAMESPACES = ['/', '/custom'];

export interface ConformanceServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Anonymous, with an echo; everything else is as the gateway has it. */
export async function startConformanceServer(
  wanted: number,
  webSockets: WebSocketServerName,
): Promise<ConformanceServer> {
  const http = createServer();
  const own = serveWebSockets(echo(), { ...PROFILE, peerOf: createPeerOf([]), namespaces: NAMESPACES });
  const io = createSocketIo(http, { ...PROFILE, ...(webSockets === 'gateway' && { takesUpgrade: own.takesUpgrade }) });
  for (const namespace of NAMESPACES) io.of(namespace).on('connection', answer);
  http.listen(wanted, 'localhost');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : wanted;
  return {
    port,
    async stop() {
      await own.close();
      await io.close();
    },
  };
}

function answer(socket: LibrarySocket): void {
  socket.emit('auth', socket.handshake.auth);
  socket.on('message', (...args) => void socket.emit('message-back', ...args));
  socket.on('message-with-ack', (...args) => {
    const acknowledge = args.pop();
    if (typeof acknowledge === 'function') acknowledge(...args);
  });
}

/** The same for our own server. */
function echo(): SocketHandlers {
  const auths = new WeakMap<ClientSocket, unknown>();
  return {
    ...OPEN_DOOR,
    async admit(socket, { auth }) {
      auths.set(socket, auth);
      return { kind: 'accepted' };
    },
    entered: (socket) => void socket.emit('auth', auths.get(socket)),
    eventReceived(socket, [event, ...args], acknowledge) {
      if (event === 'message') socket.emit('message-back', ...args);
      if (event === 'message-with-ack') acknowledge?.(...args);
    },
  };
}
