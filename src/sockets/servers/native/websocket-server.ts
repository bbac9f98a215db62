import type { IncomingMessage } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import type { Peer } from '../client-address.ts';
import { refuseUpgrade } from '../refusals.ts';
import { createSessionId } from '../session-id.ts';
import type { SocketHandlers, SocketServer } from '../socket-server.ts';
import { CLOSING, limitParts } from '../tcp.ts';
import { faultIn, upgradeFault } from '../ws-errors.ts';
import { Heartbeat, type HeartbeatTimes } from './heartbeat.ts';
import { Namespaces } from './namespaces.ts';
import { WebSocketSession } from './session.ts';

export interface WebSocketServerOptions extends HeartbeatTimes {
  /** Longest message from a client, in bytes. */
  readonly maxHttpBufferSize: number;
  readonly peerOf: (request: IncomingMessage) => Peer;
  readonly namespaces?: readonly string[];
}

/** The native server, for sessions that start with websocket. */
export interface NativeServer extends SocketServer {
  /** Serves an upgrade request; returns false where it belongs to another server. */
  takesUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** A WebSocket with its session: listeners are shared functions that read `this`. */
class SessionWebSocket extends WebSocket {
  session: WebSocketSession | undefined;
}

/** Serves the Socket.IO protocol over websocket without the library: less than half of its memory, two thirds of its CPU per connect. */
export function serveWebSockets(handlers: SocketHandlers, options: WebSocketServerOptions): NativeServer {
  const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload, peerOf, namespaces = ['/'] } = options;
  const webSockets = createWebSocketServer(maxPayload, handlers);
  const owner = new Namespaces(namespaces, handlers);
  const heartbeat = new Heartbeat({ pingInterval, pingTimeout });
  const terms = { upgrades: [], pingInterval, pingTimeout, maxPayload };

  function open(webSocket: SessionWebSocket, tcp: TcpSocket, request: IncomingMessage): void {
    handlers.webSocketOpened(webSocket, request, false);
    const beginning = {
      peer: peerOf(request),
      authorization: request.headers.authorization,
      queryToken: queryTokenIn(request),
      cookieTokens: handlers.cookieTokens(request),
    };
    const session = new WebSocketSession(webSocket, tcp, beginning, owner, heartbeat);
    webSocket.session = session;
    webSocket.on('message', messageReceived).on('close', closed).on('error', failed);
    session.begin(JSON.stringify({ sid: createSessionId(), ...terms }));
    owner.sessionOpened(session);
  }

  function upgrade(request: IncomingMessage, tcp: TcpSocket, head: Buffer): void {
    // The answer to the upgrade and the first packet leave in one write: writes are a tenth of the cost of a connect.
    tcp.cork();
    webSockets.handleUpgrade(request, tcp, head, (webSocket) => open(webSocket, tcp, request));
    tcp.uncork();
  }

  return {
    takesUpgrade(request, socket, head) {
      if (!beginsHere(request) || !(socket instanceof TcpSocket)) return false;
      const why = handlers.refusal(request, true);
      if (why !== undefined) refuseUpgrade(socket, why);
      else upgrade(request, socket, head);
      return true;
    },
    sockets: () => owner.clients.values(),
    socketCount: () => owner.clients.size,
    sessionCount: () => owner.sessions.size,
    peerOf: (session) => (session instanceof WebSocketSession ? session.beginning.peer : undefined),
    close() {
      for (const session of owner.sessions.keys()) session.close(true);
      webSockets.close();
      return Promise.resolve();
    },
  };
}

function createWebSocketServer(maxPayload: number, handlers: SocketHandlers) {
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    WebSocket: SessionWebSocket,
    ...CLOSING,
    ...limitParts(maxPayload),
  });
  webSockets.on('wsClientError', (error: Error, socket: Duplex, request: IncomingMessage) => {
    const why = upgradeFault(error);
    handlers.malformed(why, request);
    refuseUpgrade(socket, why);
  });
  return webSockets;
}

/** Whether a request starts a plain websocket session; the library handles all others. */
function beginsHere({ method, url = '' }: IncomingMessage): boolean {
  if (method !== 'GET' || /sid|%/.test(url)) return false;
  const { searchParams } = new URL(url, 'http://gateway');
  return only(searchParams, 'EIO') === '4' && only(searchParams, 'transport') === 'websocket';
}

/** Copies one value: the whole query may be as long as a header. */
function queryTokenIn({ url = '' }: IncomingMessage): string | undefined {
  if (!url.includes('token=')) return undefined;
  return new URL(url, 'http://gateway').searchParams.get('token') ?? undefined;
}

function only(values: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = values.getAll(name);
  return others.length === 0 ? value : undefined;
}

function messageReceived(this: WebSocket, data: RawData, isBinary: boolean): void {
  sessionOf(this)?.received(data, isBinary);
}

function closed(this: WebSocket): void {
  sessionOf(this)?.lost('transport close');
}

function failed(this: WebSocket, error: Error): void {
  sessionOf(this)?.lost('transport error', faultIn(error));
}

function sessionOf(webSocket: WebSocket): WebSocketSession | undefined {
  return webSocket instanceof SessionWebSocket ? webSocket.session : undefined;
}
