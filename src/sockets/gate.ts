import type { IncomingMessage, ServerResponse } from 'node:http';
import { rejection, type RejectionCode } from '../auth/rejection.ts';
import type { GatewayServer } from './socket-server.ts';

export interface GateOptions {
  /** Origins whose pages may connect. */
  readonly origins: readonly string[];
  /** Why no new connection is taken right now, if so. */
  readonly closedBecause: () => RejectionCode | undefined;
  readonly refused: (code: RejectionCode, request: IncomingMessage) => void;
}

/**
 * Stands before both transports. Socket.IO's own `cors` does not look at websockets, and its refusals are final ones;
 * a stock client comes back, with a growing delay, only from a failed HTTP request.
 */
export function guardHandshakes(io: GatewayServer, { origins, closedBecause, refused }: GateOptions): void {
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const code = isAllowedOrigin(request, origins) ? newSession(request) && closedBecause() : 'origin-refused';
    if (!code) return next();
    refused(code, request);
    refuse(request, response, code);
  });
  io.engine.on('connection_error', ({ req, code }: { req: IncomingMessage; code: number }) => {
    refused(code === UNKNOWN_SESSION ? 'session-unknown' : 'handshake-malformed', req);
  });
}

const UNKNOWN_SESSION = 1;

/** Exact match with an entry, or the page's own host. No Origin: not a browser, and the token is needed all the same. */
export function isAllowedOrigin({ headers: { origin, host } }: IncomingMessage, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

function newSession(request: IncomingMessage): boolean {
  return !new URLSearchParams(request.url?.split('?')[1]).has('sid');
}

function refuse(request: IncomingMessage, response: ServerResponse, code: RejectionCode): void {
  const { retry, message } = rejection(code);
  const status = retry ? 503 : 403;
  const body = JSON.stringify({ code, message, retry });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...(retry && { 'Retry-After': 2 }),
  };
  if (request.headers.upgrade === undefined) {
    response.writeHead(status, headers).end(body);
    return;
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  request.socket.end(
    `HTTP/1.1 ${status} ${status === 503 ? 'Service Unavailable' : 'Forbidden'}\r\n${lines.join('')}\r\n${body}`,
  );
}
