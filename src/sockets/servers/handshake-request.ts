import type { IncomingMessage } from 'node:http';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import { beganHere } from './session-id.ts';

/** As Engine.IO sees it: of repeated keys the last counts, and an empty `sid` is none. */
export function beginsSession({ url = '' }: IncomingMessage): boolean {
  // Nothing to parse in the common case; a `%` may be part of the name.
  if (!/sid|%/.test(url)) return true;
  return !last(queryOf(url), 'sid');
}

/** What of a request that would begin a session is not of Socket.IO 4, in words that name the usual mistake. */
export function handshakeFault(request: IncomingMessage, isUpgrade: boolean): Rejection | undefined {
  const query = queryOf(request.url ?? '');
  const [protocol, transport] = [last(query, 'EIO'), last(query, 'transport')];
  if (protocol !== '4') return malformed(PROTOCOLS[protocol ?? ''] ?? OTHER_PROTOCOL);
  if (transport === 'websocket') return isUpgrade ? undefined : malformed(NO_UPGRADE);
  if (transport !== 'polling') return malformed(UNKNOWN_TRANSPORT);
  if (isUpgrade) return malformed(POLLING_UPGRADE);
  return request.method === 'GET' ? undefined : malformed(OTHER_METHOD);
}

/** What Engine.IO says of a request that it refuses. */
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
  message: 'the polling session has ended here',
  hint: 'an ordinary end: the session was closed, and its client had a request under way; it opens another',
};
const OLD_CLIENT: Words = {
  message: 'EIO=3 is a client of Socket.IO 2 or older; those of Socket.IO 3 and 4 are served',
  hint: 'update the client, for browsers socket.io-client 4; the gateway does not speak the older protocol',
};
const OTHER_PROTOCOL: Words = {
  message: 'EIO must be 4, the protocol of Socket.IO 3 and 4',
  hint: 'a client that is not of Socket.IO, or newer than this gateway',
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
  message: 'transport=websocket came without "Upgrade: websocket"',
  hint: 'a proxy in between drops the headers Upgrade and Connection: let it pass them on, see deploy/; clients with transports: ["websocket", "polling"] and tryAllTransports get in by polling',
};
const UNKNOWN_TRANSPORT: Words = {
  message: 'the transport must be polling or websocket',
  hint: 'clients leave `transports` alone, or name websocket and polling only',
};
const POLLING_UPGRADE: Words = {
  message: 'an upgrade to websocket must ask for transport=websocket',
  hint: 'a client that is not of Socket.IO',
};
const OTHER_METHOD: Words = { message: 'a session begins with GET', hint: 'a client that is not of Socket.IO' };

function malformed(words: Words): Rejection {
  return rejection('handshake-malformed', words);
}

function queryOf(url: string): URLSearchParams {
  return new URL(url, 'http://gateway').searchParams;
}

function last(query: URLSearchParams, name: string): string | undefined {
  return query.getAll(name).at(-1);
}
