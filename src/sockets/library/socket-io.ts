import { IncomingMessage, type Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import type { SocketData } from '../socket-server.ts';
import { engineTelling } from './websocket-engine.ts';

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

const PATH = '/socket.io/';

/** As long as a timer can be. */
const NEVER = 2 ** 31 - 1;

/** Takes a request to upgrade that begins a session by websocket; false: it is for Engine.IO. */
export type TakesUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/**
 * The Socket.IO server as the gateway builds it. Its engine tells of each upgraded connection, before anything is heard on it,
 * by the event `websocket`; the conformance profile differs in `options` only.
 *
 * @param mayRead whether the page that a request comes from may read the answer.
 */
export function createSocketIo(
  http: HttpServer,
  mayRead: (request: IncomingMessage) => boolean,
  options: ProtocolOptions = PROTOCOL,
  takesUpgrade: TakesUpgrade = () => false,
): LibraryServer {
  const settings: Partial<ServerOptions> = {
    ...options,
    serveClient: false,
    // See HandshakeTime.
    connectTimeout: NEVER,
    // Off: it would break frames that all receivers share, and state recovery adds an argument to every event.
    perMessageDeflate: false,
    httpCompression: false,
    // See routeUpgrades.
    destroyUpgrade: false,
    wsEngine: engineTelling((webSocket, request) => io.engine.emit('websocket', webSocket, request)),
    // Who may connect may read the answers, and nobody else. Credentials: sticky sessions by cookie need them.
    cors: (request, answer) =>
      answer(null, { origin: request instanceof IncomingMessage && mayRead(request), credentials: true }),
  };
  const io: LibraryServer = new Server(http, settings);
  routeUpgrades(http, takesUpgrade);
  return io;
}

/**
 * Upgrades to other paths are ended here: Engine.IO spares a connection that has had an answer, and it would stay for ever.
 */
function routeUpgrades(http: HttpServer, takesUpgrade: TakesUpgrade): void {
  const engine = http.listeners('upgrade');
  http.removeAllListeners('upgrade');
  http.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith(PATH)) {
      socket.on('error', () => socket.destroy());
      request.socket.destroySoon();
    } else if (!takesUpgrade(request, socket, head))
      for (const listener of engine) Reflect.apply(listener, http, [request, socket, head]);
  });
}
