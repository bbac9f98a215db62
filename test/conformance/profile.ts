import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSocketServer, type GatewaySocket } from '../../src/sockets/socket-server.ts';

/** Times and sizes that the suite has written into it. */
const PROFILE = { pingInterval: 300, pingTimeout: 200, maxHttpBufferSize: 1_000_000 };

export interface ConformanceServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Anonymous, with an echo; everything else is as the gateway has it. */
export async function startConformanceServer(wanted: number): Promise<ConformanceServer> {
  const http = createServer();
  const io = createSocketServer(http, [], PROFILE);
  for (const namespace of ['/', '/custom']) io.of(namespace).on('connection', answer);
  http.listen(wanted, 'localhost');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : wanted;
  return { port, stop: () => io.close() };
}

function answer(socket: GatewaySocket): void {
  socket.emit('auth', socket.handshake.auth);
  socket.on('message', (...args) => void socket.emit('message-back', ...args));
  socket.on('message-with-ack', (...args) => {
    const acknowledge = args.pop();
    if (typeof acknowledge === 'function') acknowledge(...args);
  });
}
