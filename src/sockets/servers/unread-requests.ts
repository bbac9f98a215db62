import { ServerResponse, type Server as HttpServer } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import { refuseUpgrade } from './refusals.ts';

const BAD_REQUEST = 400;
const REQUEST_TIMEOUT = 408;
const TOO_LONG_HEADERS = 431;

const HEADERS = rejection('handshake-malformed', {
  message: 'the headers of a request are longer than 16 KB',
  hint: 'large cookies of the host, or a token in the query: send the token in `auth`, or raise the limit with NODE_OPTIONS=--max-http-header-size',
});
const TLS = rejection('handshake-malformed', {
  message: 'TLS arrived at the port, which speaks HTTP without TLS',
  hint: 'clients use http:// or ws:// here, or a proxy that ends TLS',
});
const NOT_HTTP = rejection('handshake-malformed', {
  message: 'a request is not HTTP/1.1',
  hint: 'a proxy that speaks HTTP/2 or the PROXY protocol to the gateway, or not an HTTP client',
});

/** Reports requests that Node's parser refuses, of which no handler knows, and answers them as Node does. */
export function reportUnreadRequests(http: HttpServer, report: (why: Rejection, address: string) => void): void {
  http.on('clientError', (error, socket) => {
    const why = reasonOf(error);
    if (why !== undefined) report(why, addressOf(socket));
    if (!socket.writable || isAnswered(socket)) endSoon(socket);
    else if (why !== undefined) refuseUpgrade(socket, why, why === HEADERS ? TOO_LONG_HEADERS : BAD_REQUEST);
    else socket.end(`HTTP/1.1 ${statusOf(error)}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
  });
}

function addressOf(socket: Duplex): string {
  return socket instanceof TcpSocket ? (socket.remoteAddress ?? '') : '';
}

function endSoon(socket: Duplex): void {
  if (socket instanceof TcpSocket) socket.destroySoon();
  else socket.destroy();
}

/** Requests that end early or never are failures of the network, or connections that a browser opened in advance. */
function reasonOf(error: NodeJS.ErrnoException): Rejection | undefined {
  const { code = '' } = error;
  if (code === 'HPE_HEADER_OVERFLOW') return HEADERS;
  if (!code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return undefined;
  return isTls(error) ? TLS : NOT_HTTP;
}

/** The first two bytes of a TLS handshake. */
function isTls(error: Error): boolean {
  const raw = 'rawPacket' in error ? error.rawPacket : undefined;
  return Buffer.isBuffer(raw) && raw[0] === 0x16 && raw[1] === 0x03;
}

function statusOf({ code }: NodeJS.ErrnoException): string {
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? `${REQUEST_TIMEOUT} Request Timeout` : `${BAD_REQUEST} Bad Request`;
}

/** Whether the answer to the request has begun. Node keeps it in `_httpMessage`, which its own answer reads too. */
function isAnswered(socket: Duplex): boolean {
  // oxlint-disable-next-line no-underscore-dangle -- Node's own
  const answer = '_httpMessage' in socket ? socket._httpMessage : undefined;
  return answer instanceof ServerResponse && answer.headersSent;
}
