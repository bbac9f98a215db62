import type { IncomingMessage } from 'node:http';
import type { GatewayServer } from './socket-server.ts';

/** Tells of polling requests that are too long; Engine.IO answers them with 413. */
export function tellTooLong(io: GatewayServer, maxBytes: number, told: (request: IncomingMessage) => void): void {
  io.engine.use((request: IncomingMessage, _response: unknown, next: () => void) => {
    if (request.method === 'POST' && Number(request.headers['content-length']) > maxBytes) told(request);
    next();
  });
}
