import { ServerResponse, STATUS_CODES, type IncomingMessage } from 'node:http';
import { rejection, type RejectionCode } from '../auth/rejection.ts';
import type { GatewayServer } from './socket-server.ts';

export interface GateOptions {
  /** Origins whose pages may connect. */
  readonly origins: readonly string[];
  /** Why no new connection is taken right now, if so. */
  readonly closedBecause: (request: IncomingMessage) => RejectionCode | undefined;
  readonly refused: (code: RejectionCode, request: IncomingMessage) => void;
}

/**
 * Stands before both transports. Socket.IO's own `cors` does not look at websockets, and its refusals are final ones;
 * a stock client comes back, with a growing delay, only from a failed HTTP request.
 */
export function guardHandshakes(io: GatewayServer, { origins, closedBecause, refused }: GateOptions): void {
  io.engine.use((request: IncomingMessage, response: unknown, next: () => void) => {
    const code = isAllowedOrigin(request, origins) ? isNewSession(request) && closedBecause(request) : 'origin-refused';
    if (!code) return next();
    refused(code, request);
    if (response instanceof ServerResponse) refuse(response, code);
    else refuseUpgrade(request, code);
  });
  io.engine.on('connection_error', ({ req, code }: { req: IncomingMessage; code: number }) => {
    refused(code === UNKNOWN_SESSION ? 'session-unknown' : 'handshake-malformed', req);
  });
}

const UNKNOWN_SESSION = 1;

/** Exact match with an entry, or the page's own host. No Origin: not a browser, and the token is needed all the same. */
export function isAllowedOrigin({ headers: { origin, host } }: IncomingMessage, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  // Compared as text: what a URL parser would repair is no origin that a browser sends.
  return host !== undefined && [`http://${host}`, `https://${host}`].includes(origin);
}

/** As Engine.IO sees it: of repeated keys the last counts, and an empty `sid` is none. */
function isNewSession({ url = '' }: IncomingMessage): boolean {
  // Nothing to parse in the common case; a `%` may be part of the name.
  if (!/sid|%/.test(url)) return true;
  const { searchParams } = new URL(url, 'http://gateway');
  return !searchParams.getAll('sid').at(-1);
}

function answerFor(code: RejectionCode): { status: number; headers: Record<string, string | number>; body: string } {
  const { retry, message } = rejection(code);
  const body = JSON.stringify({ code, message, retry });
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...(retry && { 'Retry-After': 2 }),
  };
  return { status: retry ? 503 : 403, headers, body };
}

function refuse(response: ServerResponse, code: RejectionCode): void {
  const { status, headers, body } = answerFor(code);
  response.writeHead(status, headers).end(body);
}

/** On the bare socket, which nobody else looks after by now: neither its errors nor a peer that stays. */
function refuseUpgrade({ socket }: IncomingMessage, code: RejectionCode): void {
  const { status, headers, body } = answerFor(code);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
}
