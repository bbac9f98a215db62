import { IncomingMessage, type Server as HttpServer } from 'node:http';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { createSessionId } from '../session-id.ts';
import type { SocketData } from '../socket-server.ts';
import { createSocketPath, type SocketPath } from '../socket-path.ts';
import { routeByPath, type Strayed, type TakesUpgrade } from './path-router.ts';
import { engineWithHook } from './websocket-engine.ts';

type Events = Record<string, (...args: unknown[]) => void>;

export type LibraryServer = Server<Events, Events, Events, SocketData>;
export type LibrarySocket = Socket<Events, Events, Events, SocketData>;

/** Heartbeat times in milliseconds. */
export interface ProtocolOptions {
  readonly pingInterval: number;
  readonly pingTimeout: number;
  /** Longest message from a client, in bytes. */
  readonly maxHttpBufferSize: number;
}

/** Clients send heartbeats and a token, nothing large. */
export const PROTOCOL: ProtocolOptions = { pingInterval: 25_000, pingTimeout: 20_000, maxHttpBufferSize: 64 * 1024 };

/** The longest delay of a timer. */
const NEVER = 2 ** 31 - 1;

export interface SocketIoOptions extends ProtocolOptions {
  /** Whether the page that sent a request may read the answer. */
  readonly mayRead?: (request: IncomingMessage) => boolean;
  readonly path?: SocketPath;
  readonly takesUpgrade?: TakesUpgrade;
  /** A handshake arrived at another path. */
  readonly strayed?: Strayed;
}

/**
 * Creates the Socket.IO server. Its engine emits `websocket` for each upgraded connection before any packet is received on
 * it, and `upgrade_refused` for each that ws refuses; the conformance profile differs in `options` only.
 */
export function createSocketIo(http: HttpServer, options: SocketIoOptions = PROTOCOL): LibraryServer {
  const { mayRead, path = createSocketPath('/socket.io/'), takesUpgrade, strayed, ...protocol } = options;
  const settings: Partial<ServerOptions> = {
    ...protocol,
    path: path.path,
    serveClient: false,
    // HandshakeTimeout limits it.
    connectTimeout: NEVER,
    // Compression would break frames that all recipients share, and state recovery adds an argument to every event.
    perMessageDeflate: false,
    httpCompression: false,
    // routeByPath handles paths.
    destroyUpgrade: false,
    wsEngine: engineWithHook(
      (webSocket, request) => io.engine.emit('websocket', webSocket, request),
      (why, request) => io.engine.emit('upgrade_refused', why, request),
    ),
    // Pages that may connect may read the answers, and no others. Sticky sessions by cookie need credentials.
    cors: (request, answer) =>
      answer(null, { origin: request instanceof IncomingMessage && mayRead?.(request) === true, credentials: true }),
  };
  const others = http.listeners('request');
  const io: LibraryServer = new Server(http, settings);
  io.engine.generateId = createSessionId;
  routeByPath(http, { path, others, takesUpgrade, strayed });
  return io;
}
