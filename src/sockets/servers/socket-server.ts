import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Proof } from '../../auth/auth-trace.ts';
import type { Claims as TokenClaims } from '../../auth/identity.ts';
import type { Rejection } from '../../auth/rejection.ts';
import type { UserId } from '../../routes/user-id.ts';
import type { Peer } from './client-address.ts';
import type { PacketAnswer } from './first-packet.ts';
import type { SessionFault } from './session-fault.ts';
import type { SocketWriter } from '../fanout/socket-writer.ts';
import type { Membership } from '../fanout/membership.ts';
import type { CookieTokens } from './token-cookie.ts';

/** An Engine.IO session; it exists before a client is accepted, and perhaps without one. */
export interface Session {
  /** `opening`, `open`, `closing`, `closed`. */
  readonly readyState: string;
  readonly transport: { readonly name: string };
  /** @param discard close without waiting until the client has fetched the remaining packets. */
  close(discard?: boolean): unknown;
}

/** State of a socket from its handshake to its end. */
export interface SocketData {
  user?: UserId;
  /** Declared claims of its token. */
  claims?: TokenClaims;
  /** When its token expires, in milliseconds since 1970. */
  expiresAt?: number;
  /** The expiry that the client was notified of. */
  expiryNotified?: number;
  /** The expiry that a timer waits for. */
  expiryDue?: number;
  /** The client requested events about the gateway (`gateway:…`) with `auth: { notices: true }`. */
  notices?: true;
  /** The client requested the trace context of events with `auth: { trace: true }`. */
  trace?: true;
  /** The accepted token; present with a user only. */
  proof?: Proof;
  /** performance.now() when the token is due for validation. */
  revalidateAt?: number;
  /** The client requested positions with `auth: { resume: { route: position } }`; kept until it has joined. */
  resume?: Claims | undefined;
  /** The client requested with `auth: { hold: true }` that durable routes wait for its `gateway:ready`. */
  hold?: true;
  /** Its membership in the fan-out, once it is accepted. */
  membership?: Membership;
  /** performance.now() when it was accepted. */
  openedAt?: number;
}

/** A Socket.IO client, from its CONNECT on. */
export interface ClientSocket {
  readonly conn: Session;
  readonly data: SocketData;
  /** Whether it is accepted and not disconnected. */
  readonly connected: boolean;
  emit(event: string, ...args: unknown[]): unknown;
  /** Sends a DISCONNECT, after which a stock client does not reconnect, and closes the session. */
  disconnect(close: true): unknown;
}

/** The credentials of a CONNECT. */
export interface Credentials {
  readonly auth: unknown;
  readonly authorization: string | undefined;
  /** `token` in the query of the session's first request. */
  readonly queryToken: unknown;
  /** Cookies of that request. */
  readonly cookieTokens: CookieTokens;
}

/** Positions by durable route, as the client sent them. */
export type Claims = Readonly<Record<string, unknown>>;

/** The result of a CONNECT. `closed`: the client loses its connection and may retry. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly rejection: Rejection }
  | { readonly kind: 'closed' };

export type Acknowledge = (...answer: unknown[]) => void;

/** The handlers that a server calls, in the order of a connection's life. */
export interface SocketHandlers {
  /** Returns why a request is refused, if it is. */
  refusal(request: IncomingMessage, isUpgrade: boolean): Rejection | undefined;
  /** Returns the tokens in the cookie of a request that starts a session. */
  cookieTokens(request: IncomingMessage): CookieTokens;
  /** The protocol refuses the request. */
  malformed(why: Rejection, request: IncomingMessage): void;
  /** Node's parser refuses a request. */
  unread(why: Rejection, address: string): void;
  /** A polling request with so many bytes arrived. */
  posted(request: IncomingMessage, bytes: number): void;
  /**
   * Called before anything is received on a websocket, also where it never gets a session.
   *
   * @param isProbe the websocket will upgrade a polling session, and its packets do not belong to the session yet.
   */
  webSocketOpened(webSocket: WebSocket, request: IncomingMessage, isProbe: boolean): void;
  sessionOpened(session: Session, writer: SocketWriter): void;
  /** The session sent a packet of any kind, heartbeats included. */
  packetReceived(session: Session): void;
  /**
   * Checks a message before the parser.
   *
   * @param client the accepted client of this session, if there is one.
   * @returns the answer where the message is not passed on.
   */
  answerToPacket(
    session: Session,
    message: string | Buffer,
    client: ClientSocket | undefined,
  ): PacketAnswer | undefined;
  /** The parser does not read a packet of an accepted client. */
  packetNotParsed(client: ClientSocket): void;
  /**
   * @param fault what its client did wrong, where that ended it.
   * @param isIn whether a client of this session was accepted.
   */
  sessionClosed(session: Session, fault: SessionFault | undefined, isIn: boolean): void;
  /** Reads the credentials before it returns, and keeps no other part of `auth`. Never rejects. */
  admit(socket: ClientSocket, credentials: Credentials): Promise<Verdict>;
  /** The client is accepted, and CONNECT was sent. */
  entered(socket: ClientSocket, writer: SocketWriter): void;
  /** @param args the name of the event, then its arguments. */
  eventReceived(socket: ClientSocket, args: readonly unknown[], acknowledge: Acknowledge | undefined): void;
  left(socket: ClientSocket, reason: string): void;
}

/** A source of sockets: Socket.IO, the native server, or both. */
export interface SocketServer {
  /** The accepted sockets. */
  sockets(): Iterable<ClientSocket>;
  socketCount(): number;
  sessionCount(): number;
  /** Returns undefined where the session belongs to another server. */
  peerOf(session: Session): Peer | undefined;
  /** Ends the remaining sessions, and accepts no new ones. */
  close(): Promise<void>;
}
