import type { IncomingMessage } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import type { SessionFault } from '../session-fault.ts';
import { gatherWrites } from '../tcp.ts';
import { faultInText } from '../ws-errors.ts';

// All undocumented behaviour of engine.io and ws that the gateway relies on, except one of ws, which native/session.ts
// describes. Where one does not hold, packets take the documented way, `conn.write`: slower, and as correct.

/** The parts of an Engine.IO session that are read. */
export interface EngineSession {
  /** `opening`, `open`, `closing`, `closed`; no data may follow once a close has begun. */
  readonly readyState: string;
  /** Replaced when an upgrade from polling is complete. */
  readonly transport: object;
  /** Undocumented: packets that the transport has not taken yet. Empty: `ws` or the HTTP response has all. */
  readonly writeBuffer?: readonly object[];
  write(data: string): unknown;
  /** `packetCreate` is emitted before a packet of the library is sent. */
  on(event: 'packetCreate', listener: () => void): unknown;
  close(discard?: boolean): unknown;
}

interface WebSocketLike {
  /** 1 is open. After that the close frame is sent, which must be the last. */
  readonly readyState: number;
  terminate(): void;
}

/** The TCP socket of a session, with the conditions for writing to it. */
export interface RawWebSocket {
  readonly transport: object;
  readonly webSocket: WebSocketLike;
  readonly tcp: TcpSocket;
}

/** Whether the documented parts exist; without the others, packets take the documented way. */
export function isEngineSession(conn: unknown): conn is EngineSession {
  return hasKeys(conn, 'readyState', 'transport', 'write', 'close', 'on');
}

/** Whether a session uses a websocket that is not at the expected place. */
export function isWebSocketElsewhere(session: EngineSession): boolean {
  const { transport, writeBuffer } = session;
  if (!hasKeys(transport, 'name') || transport.name !== 'websocket' || session.readyState !== 'open') return false;
  return !Array.isArray(writeBuffer) || rawWebSocketOf(session) === undefined;
}

/**
 * Returns the websocket of a session, if it uses one.
 *
 * engine.io's websocket transport keeps ws's WebSocket in `socket`, and that keeps the TCP socket in `_socket`. It is null
 * once closed.
 */
export function rawWebSocketOf({ transport }: EngineSession): RawWebSocket | undefined {
  if (!hasKeys(transport, 'name', 'socket') || transport.name !== 'websocket') return undefined;
  const { socket: webSocket } = transport;
  if (!isWebSocketLike(webSocket) || !hasKeys(webSocket, '_socket')) return undefined;
  const { _socket: tcp } = webSocket;
  return tcp instanceof TcpSocket ? { transport, webSocket, tcp } : undefined;
}

/**
 * Whether bytes written to the TCP socket now follow everything that the libraries have sent.
 *
 * - engine.io hands its packets to ws as soon as its transport is writable, and keeps the rest in `writeBuffer`.
 * - Without compression ws writes each frame to the TCP socket within the call, never later.
 */
export function isNextInLine(session: EngineSession, raw: RawWebSocket): boolean {
  return (
    session.writeBuffer?.length === 0 &&
    session.transport === raw.transport &&
    session.readyState === 'open' &&
    raw.webSocket.readyState === 1
  );
}

/**
 * Sends several messages so that a polling client receives them in one answer.
 *
 * engine.io sends each packet immediately while its transport is `writable`, as when a poll is open; the rest would wait for
 * the next poll. While it is not writable, packets collect in `writeBuffer`, and the next writable moment sends all.
 */
export function writeTogether(session: EngineSession, messages: readonly string[]): void {
  const { transport } = session;
  const canHold = messages.length > 1 && hasKeys(transport, 'writable') && transport.writable === true;
  for (const [index, message] of messages.entries()) {
    if (canHold) Object.assign(transport, { writable: index === messages.length - 1 });
    session.write(message);
  }
}

/** Joins everything that is sent to a websocket within one turn of the event loop into one write. */
export function joinWrites(session: EngineSession): void {
  const tcp = rawWebSocketOf(session)?.tcp;
  if (tcp !== undefined) gatherWrites(tcp);
}

/** `polling` or `websocket`. */
export function transportOf({ transport }: EngineSession): unknown {
  return hasKeys(transport, 'name') ? transport.name : undefined;
}

/** Inserts packets before all that wait for the transport. */
export function putBack(session: EngineSession, packets: readonly object[]): void {
  Object.assign(session, { writeBuffer: [...packets, ...(session.writeBuffer ?? [])] });
}

/** Approximate bytes of packets in engine.io's buffer. */
export function bytesHeldBack({ writeBuffer }: EngineSession): number {
  // Called for each written socket: the buffer is nearly always empty.
  if (writeBuffer === undefined || writeBuffer.length === 0) return 0;
  let bytes = 0;
  for (const packet of writeBuffer)
    if (hasKeys(packet, 'data') && typeof packet.data === 'string') bytes += packet.data.length;
  return bytes;
}

/**
 * Releases the request of an upgrade. engine.io's substitute for its response lives as long as the TCP connection and holds
 * the request in `req`, which only headers of the answer need. Where this does not hold, only memory is lost.
 */
export function dropRequest(response: object): void {
  if ('req' in response) Object.assign(response, { req: undefined });
}

/** Returns the query that engine.io parsed and Socket.IO shows in `handshake`. */
export function queryIn(request: IncomingMessage): { _query?: unknown } {
  // oxlint-disable-next-line no-underscore-dangle -- Engine.IO's own
  return '_query' in request ? { _query: request._query } : {};
}

/** Keeps only these members of the query that engine.io parsed. */
export function shortenQuery(request: IncomingMessage, names: readonly string[]): void {
  const { _query: query } = queryIn(request);
  if (!hasKeys(query)) return;
  const kept = Object.entries(query).filter(([name]) => names.includes(name));
  Object.assign(request, { _query: Object.fromEntries(kept) });
}

/** Returns what the client of a session did wrong, where that ended it: engine.io keeps only the texts of errors. */
export function faultOf(reason: string, details: unknown): SessionFault | undefined {
  if (reason === 'parse error') return 'engine-packet';
  if (!(details instanceof Error)) return undefined;
  return FAULTS[details.message] ?? faultInText(details.message);
}

const FAULTS: Readonly<Partial<Record<string, SessionFault>>> = {
  'overlap from client': 'overlap',
  'data request overlap from client': 'overlap',
  'invalid content': 'content-type',
  'invalid heartbeat direction': 'engine-packet',
};

/**
 * Returns a function that frees the connection immediately. It holds the websocket itself: a session that is closed by then
 * no longer leads to it, while its close frame may still be unread.
 */
export function terminator(session: EngineSession): () => void {
  const raw = rawWebSocketOf(session);
  return raw ? () => raw.webSocket.terminate() : () => void session.close(true);
}

function isWebSocketLike(value: unknown): value is WebSocketLike {
  return hasKeys(value, 'readyState', 'terminate') && typeof value.terminate === 'function';
}

function hasKeys<K extends string>(value: unknown, ...keys: K[]): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}
