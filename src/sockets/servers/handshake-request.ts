import type { IncomingMessage } from 'node:http';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import { beganHere } from './session-id.ts';

/** Parses the query like Engine.IO: the last of repeated keys counts, and an empty `sid` is none. */
export function beginsSession({ url = '' }: IncomingMessage): boolean {
  // Nothing to parse in the common case; a `%` may be part of the name.
  if (!/sid|%/.test(url)) return true;
  return !last(queryOf(url), 'sid');
}

/** Returns what in a request for a new session is not Socket.IO 4, and the usual mistake. */
export function handshakeFault(request: IncomingMessage, isUpgrade: boolean): Rejection | undefined {
  const query = queryOf(request.url ?? '');
  const [protocol, transport] = [last(query, 'EIO'), last(query, 'transport')];
  if (protocol !== '4') return malformed(PROTOCOLS[protocol ?? ''] ?? OTHER_PROTOCOL);
  if (transport === 'websocket') return isUpgrade ? undefined : malformed(NO_UPGRADE);
  if (transport !== 'polling') return malformed(UNKNOWN_TRANSPORT);
  if (isUpgrade) return malformed(POLLING_UPGRADE);
  return request.method === 'GET' ? undefined : malformed(OTHER_METHOD);
}

/** Engine.IO's codes of refused requests. */
export interface EngineRefusal {
  readonly code: number;
  readonly context?: { readonly name?: unknown; readonly transport?: unknown; readonly sid?: unknown } | undefined;
}

const UNKNOWN_SESSION = 1;

export function rejectionOf({ code, context }: EngineRefusal): Rejection {
  if (code === UNKNOWN_SESSION) return rejection('session-unknown', beganHere(String(context?.sid)) ? ENDED_HERE : {});
  const isWithoutUpgrade = context?.name === 'TRANSPORT_MISMATCH' && context.transport === 'websocket';
  return isWithoutUpgrade ? malformed(NO_UPGRADE) : rejection('handshake-malformed');
}

type Words = Pick<Rejection, 'message' | 'hint'>;

const ENDED_HERE: Words = {
  message: 'the polling session has ended on this instance',
  hint: 'a normal end: the session was closed while its client had a request under way; the client opens another',
};
const OLD_CLIENT: Words = {
  message: 'EIO=3 is a client of Socket.IO 2 or older; clients of Socket.IO 3 and 4 are served',
  hint: 'update the client, in browsers to socket.io-client 4; the gateway does not support the older protocol',
};
const OTHER_PROTOCOL: Words = {
  message: 'EIO must be 4, the protocol of Socket.IO 3 and 4',
  hint: 'not a Socket.IO client, or one newer than this gateway',
};
const PROTOCOLS: Readonly<Record<string, Words>> = {
  '2': OLD_CLIENT,
  '3': OLD_CLIENT,
  '': {
    message: 'no EIO in the query: not a client of Socket.IO 4',
    hint: 'a plain WebSocket, a probe, or a client of Socket.IO older than 2; clients use socket.io-client 4',
  },
};
const NO_UPGRADE: Words = {
  message: 'transport=websocket arrived without "Upgrade: websocket"',
  hint: 'a proxy drops the headers Upgrade and Connection: configure it to pass them, see deploy/; clients with transports: ["websocket", "polling"] and tryAllTransports connect by polling',
};
const UNKNOWN_TRANSPORT: Words = {
  message: 'the transport must be polling or websocket',
  hint: 'clients omit `transports`, or list websocket and polling only',
};
const POLLING_UPGRADE: Words = {
  message: 'an upgrade to websocket must ask for transport=websocket',
  hint: 'not a Socket.IO client',
};
const OTHER_METHOD: Words = { message: 'a session begins with GET', hint: 'not a Socket.IO client' };

function malformed(words: Words): Rejection {
  return rejection('handshake-malformed', words);
}

function queryOf(url: string): URLSearchParams {
  return new URL(url, 'http://gateway').searchParams;
}

function last(query: URLSearchParams, name: string): string | undefined {
  return query.getAll(name).at(-1);
}
