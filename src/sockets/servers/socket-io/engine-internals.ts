import type { IncomingMessage } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import { gatherWrites } from '../tcp.ts';

// Everything the gateway knows of engine.io and ws beyond what they document; one thing more of ws is told where our own server
// relies on it, in websocket/session.ts. Where one of these does not hold, packets
// go the documented way, `conn.write`: slower, and as correct.

/** The parts of an Engine.IO session that are looked at. */
export interface EngineSession {
  /** `opening`, `open`, `closing`, `closed`: after a close has begun, no data may follow. */
  readonly readyState: string;
  /** Replaced when an upgrade from polling is complete, not before. */
  readonly transport: object;
  /** Not documented: packets that the transport has not taken yet. Empty: all are with `ws`, or with the HTTP response. */
  readonly writeBuffer?: readonly object[];
  write(data: string): unknown;
  /** `packetCreate`: told before a packet of the library is sent. */
  on(event: 'packetCreate', listener: () => void): unknown;
  close(discard?: boolean): unknown;
}

interface WebSocketLike {
  /** 1 is open. After that the close frame is sent, which must be the last. */
  readonly readyState: number;
  terminate(): void;
}

/** A session's TCP socket, and what must be so for writing to it. */
export interface RawWebSocket {
  readonly transport: object;
  readonly webSocket: WebSocketLike;
  readonly tcp: TcpSocket;
}

/** By what is documented: without the rest, packets go the documented way. */
export function isEngineSession(conn: unknown): conn is EngineSession {
  return hasKeys(conn, 'readyState', 'transport', 'write', 'close', 'on');
}

/** Whether a session is connected by a websocket that is not where it is looked for. */
export function isWebSocketElsewhere(session: EngineSession): boolean {
  const { transport, writeBuffer } = session;
  if (!hasKeys(transport, 'name') || transport.name !== 'websocket' || session.readyState !== 'open') return false;
  return !Array.isArray(writeBuffer) || rawWebSocketOf(session) === undefined;
}

/**
 * The websocket of a session, if that is how it is connected by now.
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
 * Whether bytes written to the TCP socket now stand behind all that the libraries have sent.
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
 * Sends several messages so that a client who polls gets them with one answer.
 *
 * engine.io hands over each packet at once where its transport is `writable`, as while a poll waits; the rest would wait for the
 * next poll. Where it says it is not, packets gather in `writeBuffer`, and the next that finds it writable takes all along.
 */
export function writeTogether(session: EngineSession, messages: readonly string[]): void {
  const { transport } = session;
  const canHold = messages.length > 1 && hasKeys(transport, 'writable') && transport.writable === true;
  for (const [index, message] of messages.entries()) {
    if (canHold) Object.assign(transport, { writable: index === messages.length - 1 });
    session.write(message);
  }
}

/** What is sent to a websocket before the event loop turns leaves in one write. */
export function joinWrites(session: EngineSession): void {
  const tcp = rawWebSocketOf(session)?.tcp;
  if (tcp !== undefined) gatherWrites(tcp);
}

/** `polling` or `websocket`. */
export function transportOf({ transport }: EngineSession): unknown {
  return hasKeys(transport, 'name') ? transport.name : undefined;
}

/** Puts packets before all that wait for the transport. */
export function putBack(session: EngineSession, packets: readonly object[]): void {
  Object.assign(session, { writeBuffer: [...packets, ...(session.writeBuffer ?? [])] });
}

/** Bytes of packets that engine.io holds back, about. */
export function bytesHeldBack({ writeBuffer }: EngineSession): number {
  // Asked for each socket that is written to: nearly always there is nothing.
  if (writeBuffer === undefined || writeBuffer.length === 0) return 0;
  let bytes = 0;
  for (const packet of writeBuffer)
    if (hasKeys(packet, 'data') && typeof packet.data === 'string') bytes += packet.data.length;
  return bytes;
}

/**
 * Lets go of the request that an upgrade began with. engine.io's stand-in for its response lives as long as the TCP connection,
 * and knows the request as `req`, which only headers of the answer need. Elsewhere nothing is lost but memory.
 */
export function dropRequest(response: object): void {
  if ('req' in response) Object.assign(response, { req: undefined });
}

/** The query that engine.io has read and Socket.IO shows in `handshake`. */
export function queryIn(request: IncomingMessage): { _query?: unknown } {
  // oxlint-disable-next-line no-underscore-dangle -- Engine.IO's own
  return '_query' in request ? { _query: request._query } : {};
}

/** Keeps these members of the query that engine.io has read. */
export function shortenQuery(request: IncomingMessage, names: readonly string[]): void {
  const { _query: query } = queryIn(request);
  if (!hasKeys(query)) return;
  const kept = Object.entries(query).filter(([name]) => names.includes(name));
  Object.assign(request, { _query: Object.fromEntries(kept) });
}

/** Of a websocket that ws has closed, with 1009, for a message that is too long: engine.io keeps the words of its error only. */
export function isTooLong(details: unknown): boolean {
  return details instanceof Error && details.message.includes('Max payload size exceeded');
}

/**
 * What frees the connection at once, when it is called. A session that was closed until then is no way to its websocket
 * any more, whose close frame may still wait to be read.
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
