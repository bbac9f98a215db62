import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { createSocketServer, type GatewayServer } from '../../src/sockets/socket-server.ts';

/** The gateway's Socket.IO server alone, in this process. */
export async function startSocketIo(): Promise<{ io: GatewayServer; url: string }> {
  const http = createServer();
  const io = createSocketServer(http, []);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => io.close());
  const address = http.address();
  return { io, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
}
