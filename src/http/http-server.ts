import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const TIMEOUTS = {
  // Slow requests are ended soon; the defaults leave them a minute and more. Both run from the beginning of a request, not
  // while a connection is idle.
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2000,
  // Balancers keep idle connections for 60 s (AWS ALB, nginx, ingress-nginx). Node's 5 s would close one just as a poll is sent
  // on it: an answer 502, and a lost session.
  keepAliveTimeout: 75_000,
};

/** @param takesUpgrade whether an upgrade that is asked for is taken; else the request is served as if nobody had asked (RFC 9110, 7.8). */
export function createHttpServer(
  handler: RequestListener,
  takesUpgrade: (request: IncomingMessage) => boolean = () => false,
): Server {
  return createServer({ ...TIMEOUTS, shouldUpgradeCallback: takesUpgrade }, handler);
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
