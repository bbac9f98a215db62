import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import type { Proof } from '../auth/authenticator.ts';
import type { UserId } from '../routes/user-id.ts';
import { engineTelling } from './websocket-engine.ts';

type Events = Record<string, (...args: unknown[]) => void>;

/** What a socket carries from its handshake to its end. */
export interface SocketData {
  user?: UserId;
  /** The client asked, with `auth: { notices: true }`, to be told what the gateway has to say of itself (`gateway:…`). */
  notices?: true;
  /** The client asked, with `auth: { trace: true }`, for the trace context of what it gets. */
  trace?: true;
  /** The token that let it in; with a user only. */
  proof?: Proof;
  /** performance.now() when the token is to be asked about again. */
  revalidateAt?: number;
  /** The client asked for positions, with `auth: { resume: { route: position } }`; what it says of them is not checked. */
  resume?: Readonly<Record<string, unknown>>;
  /** Sends what waits for it, and takes it out of its rooms. */
  leave?(): void;
}

export type GatewayServer = Server<Events, Events, Events, SocketData>;
export type GatewaySocket = Socket<Events, Events, Events, SocketData>;

export type SocketServerOptions = Partial<Pick<ServerOptions, 'pingInterval' | 'pingTimeout' | 'maxHttpBufferSize'>>;

/** Clients send heartbeats and a token, nothing large. */
const DEFAULTS: SocketServerOptions = { pingInterval: 25_000, pingTimeout: 20_000, maxHttpBufferSize: 64 * 1024 };

/** As long as a timer can be. */
const NEVER = 2 ** 31 - 1;

/**
 * The Socket.IO server as the gateway builds it. Its engine tells of each upgraded connection, before anything is heard on it,
 * by the event `websocket`; the conformance profile differs in `options` only. */
export function createSocketServer(
  http: HttpServer,
  origins: readonly string[],
  options: SocketServerOptions = {},
): GatewayServer {
  const io: GatewayServer = new Server(http, {
    ...DEFAULTS,
    ...options,
    serveClient: false,
    // See limitHandshakeTime.
    connectTimeout: NEVER,
    // Off: it would break frames that all receivers share, and state recovery adds an argument to every event.
    perMessageDeflate: false,
    httpCompression: false,
    // See endElsewhere.
    destroyUpgrade: false,
    wsEngine: engineTelling((webSocket, request) => io.engine.emit('websocket', webSocket, request)),
    ...(origins.length > 0 && { cors: { origin: [...origins], credentials: true } }),
  });
  http.on('upgrade', (request) => endElsewhere(request, `${io.path()}/`));
  return io;
}

/** In place of Engine.IO's own way, which spares a connection that has had an answer: it would stay for ever. */
function endElsewhere({ url = '', socket }: IncomingMessage, path: string): void {
  if (url.startsWith(path)) return;
  socket.on('error', () => socket.destroy());
  socket.destroySoon();
}
