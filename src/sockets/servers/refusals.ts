import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Rejection, RejectionCode } from '../../auth/rejection.ts';

const STATUS: Partial<Record<RejectionCode, number>> = { 'handshake-malformed': 400, 'path-unknown': 404 };

/** Refuses by HTTP: only after a failed HTTP request does a stock client retry, with a growing delay. */
function answerFor({ code, retry, message }: Rejection) {
  const body = JSON.stringify({ code, message, retry });
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...(retry && { 'Retry-After': 2 }),
  };
  return { status: STATUS[code] ?? (retry ? 503 : 403), headers, body };
}

export function refuseRequest(response: ServerResponse, why: Rejection): void {
  const { status, headers, body } = answerFor(why);
  response.writeHead(status, headers).end(body);
}

/** RFC 6455 demands the supported versions where a request has another one. */
const VERSIONS = 'Sec-WebSocket-Version: 13, 8\r\n';

/** Refuses a request on the raw socket, whose errors and whose close no other code handles. */
export function refuseUpgrade(socket: Duplex, why: Rejection, otherStatus?: number): void {
  const { status: usual, headers, body } = answerFor(why);
  const status = otherStatus ?? usual;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  if (why.code === 'handshake-malformed') lines.push(VERSIONS);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
}
