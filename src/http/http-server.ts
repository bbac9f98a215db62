import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const TIMEOUTS = {
  // Node's defaults give slow requests a minute and more. Both timeouts run from the start of a request, not while a
  // connection is idle.
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2000,
  // Balancers keep idle connections for 60 s (AWS ALB, nginx, ingress-nginx). With Node's 5 s a connection may close while
  // a poll is sent on it, which is answered 502 and loses the session.
  keepAliveTimeout: 75_000,
};

/** @param takesUpgrade decides whether an upgrade is accepted; otherwise the request is served without it (RFC 9110, 7.8). */
export function createHttpServer(
  handler: RequestListener,
  takesUpgrade: (request: IncomingMessage) => boolean = () => false,
): Server {
  return createServer({ ...TIMEOUTS, shouldUpgradeCallback: takesUpgrade }, handler);
}

/** Returns the bound port; rejects with a message for the operator. */
export async function listen(server: Server, port: number, address: string | undefined): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens on it' : cause.message;
      reject(new Error(`cannot listen on port ${port}: ${why}. Set PORT to another one.`, { cause }));
    });
    server.listen({ port, ...(address !== undefined && { host: address }) }, resolve);
  });
  return boundPort(server.address());
}

function boundPort(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
