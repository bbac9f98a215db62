import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Peer } from './client-address.ts';
import { createEngineIoWriters, type EngineIoWriterEvents } from './socket-io/engine-io-writer.ts';
import { serveSocketIo } from './socket-io/socket-io-server.ts';
import { createSocketIo } from './socket-io/socket-io.ts';
import { isAllowedPage, type OriginOf } from './origin.ts';
import type { SocketPath } from './socket-path.ts';
import type { SocketHandlers, SocketServer } from './socket-server.ts';
import { unverifiedForNativeServer } from './library-versions.ts';
import { serveWebSockets } from './native/websocket-server.ts';
import { reportUnreadRequests } from './unread-requests.ts';

/** Server of sessions that start with websocket: the native one, or Socket.IO, which serves all others. */
export const WEBSOCKET_SERVERS = ['gateway', 'socket.io'] as const;
export type WebSocketServerName = (typeof WEBSOCKET_SERVERS)[number];

export interface ServerEvents extends EngineIoWriterEvents {
  /** The native server's assumptions about libraries do not hold: Socket.IO serves all sessions. */
  nativeServerOff(found: string): void;
}

export interface ServersOptions {
  readonly path: SocketPath;
  /** In seconds. */
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly originOf: OriginOf;
  readonly maxClientMessageBytes: number;
  readonly peerOf: (request: IncomingMessage) => Peer;
  readonly webSocketServer: WebSocketServerName;
  readonly events: ServerEvents;
}

/** Opens Socket.IO for sessions that start with polling, and the native server for those that start with websocket. */
export function openServers(http: HttpServer, options: ServersOptions): (handlers: SocketHandlers) => SocketServer {
  const { path, originOf, peerOf, webSocketServer, events } = options;
  const protocol = {
    pingInterval: options.pingInterval * 1000,
    pingTimeout: options.pingTimeout * 1000,
    maxHttpBufferSize: options.maxClientMessageBytes,
  };
  return (handlers) => {
    const native = serveWebSockets(handlers, { ...protocol, peerOf });
    reportUnreadRequests(http, (why, address) => handlers.unread(why, address));
    const io = createSocketIo(http, {
      ...protocol,
      path,
      mayRead: (request) => isAllowedPage(originOf(request)),
      strayed: (why, request) => handlers.malformed(why, request),
      ...(isNativeOn(webSocketServer, events) && { takesUpgrade: native.takesUpgrade }),
    });
    return together(native, serveSocketIo(io, handlers, { writerOf: createEngineIoWriters(events), peerOf }));
  };
}

function isNativeOn(wanted: WebSocketServerName, events: ServerEvents): boolean {
  if (wanted !== 'gateway') return false;
  const unknown = unverifiedForNativeServer();
  if (unknown.length > 0) events.nativeServerOff(unknown.join(', '));
  return unknown.length === 0;
}

function together(...servers: readonly [SocketServer, SocketServer]): SocketServer {
  const [native, library] = servers;
  const sum = (count: (server: SocketServer) => number): number => servers.reduce((all, one) => all + count(one), 0);
  return {
    *sockets() {
      yield* native.sockets();
      yield* library.sockets();
    },
    socketCount: () => sum((server) => server.socketCount()),
    sessionCount: () => sum((server) => server.sessionCount()),
    peerOf: (session) => native.peerOf(session) ?? library.peerOf(session),
    async close() {
      await native.close();
      // Socket.IO is last, because it also closes the HTTP server.
      await library.close();
    },
  };
}
