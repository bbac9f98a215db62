import { ServerResponse, type IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Rejection } from '../../../auth/rejection.ts';
import type { Peer } from '../client-address.ts';
import { beginsSession, rejectionOf, type EngineRefusal } from '../handshake-request.ts';
import type { SocketWriter } from '../../fanout/socket-writer.ts';
import { refuseRequest, refuseUpgrade } from '../refusals.ts';
import type { Acknowledge, SocketHandlers, SocketServer, Verdict } from '../socket-server.ts';
import type { CookieTokens } from '../token-cookie.ts';
import { limitParts } from '../tcp.ts';
import { checkBody } from './body-check.ts';
import { faultOf, isEngineSession, joinWrites } from './engine-internals.ts';
import { PacketGate } from './packet-gate.ts';
import { limitPollAnswers } from './poll-answers.ts';
import { RequestMemory } from './request-memory.ts';
import type { LibraryServer, LibrarySocket } from './socket-io.ts';

export interface SocketIoServerOptions {
  readonly writerOf: (session: unknown) => SocketWriter;
  readonly peerOf: (request: IncomingMessage) => Peer;
}

type LibrarySession = LibrarySocket['conn'];
type Next = (error?: Error) => void;

/** Socket.IO as a server: it serves polling, upgrades from polling, and whatever the native server does not. */
export function serveSocketIo(
  io: LibraryServer,
  handlers: SocketHandlers,
  { writerOf, peerOf }: SocketIoServerOptions,
): SocketServer {
  const namespace = io.of('/');
  const peers = new WeakMap<object, Peer>();
  const cookies = new WeakMap<object, CookieTokens>();
  const requests = new RequestMemory();
  guardRequests(io, handlers, requests);
  limitPollAnswers(io.engine);
  const lines = new WeakMap<object, SocketWriter>();
  io.engine.on('connection', (session: LibrarySession) => {
    const line = writerOf(session);
    lines.set(session, line);
    peers.set(session, peerOf(session.request));
    const tokens = handlers.cookieTokens(session.request);
    if (tokens.length > 0) cookies.set(session, tokens);
    requests.begun(session.request);
    handlers.sessionOpened(session, line);
  });
  const gate = new PacketGate(handlers);
  followSessions(io, handlers, gate);
  namespace.use((socket, next) => void letIn(socket, cookies.get(socket.conn) ?? [], handlers, next));
  // Socket.IO reports errors of its parser before it closes the session.
  function packetNotParsed(this: LibrarySocket): void {
    handlers.packetNotParsed(this);
  }
  namespace.on('connection', (socket) => {
    listenForEvents(socket, handlers);
    socket.on('error', packetNotParsed);
    gate.entered(socket);
    socket.on('disconnect', (reason) => {
      gate.left(socket.conn);
      handlers.left(socket, reason);
    });
    handlers.entered(socket, lines.get(socket.conn) ?? writerOf(socket.conn));
    requests.free(socket);
  });
  return {
    sockets: () => namespace.sockets.values(),
    socketCount: () => namespace.sockets.size,
    sessionCount: () => io.engine.clientsCount,
    peerOf: (session) => peers.get(session),
    close: () => io.close(),
  };
}

/**
 * Stands before both transports. Socket.IO's own `cors` does not look at websockets, and its refusals are final ones;
 * a stock client comes back, with a growing delay, only from a failed HTTP request.
 */
function guardRequests(io: LibraryServer, handlers: SocketHandlers, requests: RequestMemory): void {
  const { maxBufferedChunks } = limitParts(io.engine.opts.maxHttpBufferSize ?? Infinity);
  const posted: SocketHandlers['posted'] = (request, bytes) => handlers.posted(request, bytes);
  // One middleware for all checks: each costs every request a turn of promises.
  io.engine.use((request: IncomingMessage, response: object, next: () => void) => {
    if (!(response instanceof ServerResponse)) requests.upgrading(request, response);
    const isPlain = response instanceof ServerResponse;
    if (isPlain && request.method === 'POST') checkBody(request, response, posted, maxBufferedChunks);
    const why = handlers.refusal(request, !isPlain);
    if (why === undefined) next();
    else if (isPlain) refuseRequest(response, why);
    else refuseUpgrade(request.socket, why);
  });
  io.engine.on('connection_error', ({ req, ...refusal }: EngineRefusal & { readonly req: IncomingMessage }) =>
    handlers.malformed(rejectionOf(refusal), req),
  );
  io.engine.on('upgrade_refused', (why: Rejection, request: IncomingMessage) => handlers.malformed(why, request));
}

function followSessions(io: LibraryServer, handlers: SocketHandlers, gate: PacketGate): void {
  // One listener for all sockets, with `this`: a closure each would live as long as the connection.
  function packetReceived(this: LibrarySession): void {
    handlers.packetReceived(this);
  }
  function sessionClosed(this: LibrarySession, reason: string, details: unknown): void {
    handlers.sessionClosed(this, faultOf(reason, details), gate.clientOf(this) !== undefined);
  }
  io.engine.on('connection', (session: LibrarySession) => {
    gate.guard(session);
    session.on('packet', packetReceived);
    // Before Socket.IO's listener, which removes the client.
    session.prependListener('close', sessionClosed);
  });
  io.engine.on('websocket', (webSocket: WebSocket, request: IncomingMessage) =>
    handlers.webSocketOpened(webSocket, request, !beginsSession(request)),
  );
}

/** A stock client does not retry after `next(error)`; a client that may retry only loses its connection. */
async function letIn(
  socket: LibrarySocket,
  cookieTokens: CookieTokens,
  handlers: SocketHandlers,
  next: Next,
): Promise<void> {
  const verdict = await admit(socket, cookieTokens, handlers);
  if (verdict.kind === 'accepted') {
    next();
    // Socket.IO acts on it a tick later: `connected` follows its answer to CONNECT.
    if (isEngineSession(socket.conn)) joinWrites(socket.conn);
  } else if (verdict.kind === 'refused') {
    const { code, message, retry } = verdict.rejection;
    next(Object.assign(new Error(message), { data: { code, message, retry } }));
  } else {
    // `next` after the close sends nothing to the client; without it Socket.IO would keep the socket forever.
    socket.conn.close();
    next(new Error('closed'));
  }
}

/** A function of its own: a closure in the caller would keep `auth` in memory as long as the socket. */
function admit(socket: LibrarySocket, cookieTokens: CookieTokens, handlers: SocketHandlers): Promise<Verdict> {
  const { handshake } = socket;
  const { auth, headers, query } = handshake;
  handshake.auth = {};
  const { authorization } = headers;
  return handlers.admit(socket, { auth, authorization, queryToken: query['token'], cookieTokens });
}

/**
 * The only entry for packets of clients. They never reach the socket as events, so that no event name, type or missing
 * callback of a client can throw an uncaught error.
 */
function listenForEvents(socket: LibrarySocket, handlers: SocketHandlers): void {
  socket.use((packet: readonly unknown[]) => {
    const last = packet.at(-1);
    handlers.eventReceived(socket, packet, isAcknowledge(last) ? last : undefined);
  });
}

/** A function in a packet is Socket.IO's acknowledgement callback: JSON has no functions. */
function isAcknowledge(value: unknown): value is Acknowledge {
  return typeof value === 'function';
}
