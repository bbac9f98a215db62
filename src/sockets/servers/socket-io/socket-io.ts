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

/** Heartbeats in milliseconds. */
export interface ProtocolOptions {
  readonly pingInterval: number;
  readonly pingTimeout: number;
  /** Longest message of a client, in bytes. */
  readonly maxHttpBufferSize: number;
}

/** Clients send heartbeats and a token, nothing large. */
export const PROTOCOL: ProtocolOptions = { pingInterval: 25_000, pingTimeout: 20_000, maxHttpBufferSize: 64 * 1024 };

/** As long as a timer can be. */
const NEVER = 2 ** 31 - 1;

export interface SocketIoOptions extends ProtocolOptions {
  /** Whether the page that a request comes from may read the answer. */
  readonly mayRead?: (request: IncomingMessage) => boolean;
  readonly path?: SocketPath;
  readonly takesUpgrade?: TakesUpgrade;
  /** A handshake came to another path. */
  readonly strayed?: Strayed;
}

/**
 * The Socket.IO server as the gateway builds it. Its engine tells of each upgraded connection, before anything is heard on it,
 * by the event `websocket`; the conformance profile differs in `options` only.
 */
export function createSocketIo(http: HttpServer, options: SocketIoOptions = PROTOCOL): LibraryServer {
  const { mayRead, path = createSocketPath('/socket.io/'), takesUpgrade, strayed, ...protocol } = options;
  const settings: Partial<ServerOptions> = {
    ...protocol,
    path: path.path,
    serveClient: false,
    // See HandshakeTime.
    connectTimeout: NEVER,
    // Off: it would break frames that all receivers share, and state recovery adds an argument to every event.
    perMessageDeflate: false,
    httpCompression: false,
    // See routeByPath.
    destroyUpgrade: false,
    wsEngine: engineWithHook((webSocket, request) => io.engine.emit('websocket', webSocket, request)),
    // Who may connect may read the answers, and nobody else. Credentials: sticky sessions by cookie need them.
    cors: (request, answer) =>
      answer(null, { origin: request instanceof IncomingMessage && mayRead?.(request) === true, credentials: true }),
  };
  const others = http.listeners('request');
  const io: LibraryServer = new Server(http, settings);
  io.engine.generateId = createSessionId;
  routeByPath(http, { path, others, takesUpgrade, strayed });
  return io;
}
