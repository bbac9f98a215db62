import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Slow requests are ended soon; the defaults leave them a minute and more. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 2000 };

export function createHttpServer(handler: RequestListener): Server {
  return createServer(TIMEOUTS, handler);
}

/** The port that was bound; rejects with a text for people where it cannot be. */
export async function listen(server: Server, port: number, address: string | undefined): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(new Error(`cannot listen on port ${port}: ${why}. Set PORT to another one.`, { cause }));
    });
    server.listen({ port, ...(address !== undefined && { host: address }) }, resolve);
  });
  return boundPort(server.address());
}

function boundPort(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
