import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Proof } from '../../auth/auth-trace.ts';
import type { Rejection } from '../../auth/rejection.ts';
import type { UserId } from '../../routes/user-id.ts';
import type { Peer } from './client-address.ts';
import type { PacketAnswer } from './first-packet.ts';
import type { SocketWriter } from '../fanout/socket-writer.ts';
import type { Membership } from '../fanout/membership.ts';
import type { CookieTokens } from './token-cookie.ts';

/** A connection by the protocol of Engine.IO: there before a client is let in, and perhaps without one. */
export interface Session {
  /** `opening`, `open`, `closing`, `closed`. */
  readonly readyState: string;
  readonly transport: { readonly name: string };
  /** @param discard without waiting for the client to fetch what is left for it. */
  close(discard?: boolean): unknown;
}

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
  /** The client asked for positions, with `auth: { resume: { route: position } }`; kept only until it is greeted. */
  resume?: Claims | undefined;
  /** The client asked, with `auth: { hold: true }`, to be given nothing of durable routes before it says `gateway:ready`. */
  hold?: true;
  /** Its place in the fan-out, once it is in. */
  membership?: Membership;
  /** performance.now() when it was let in. */
  openedAt?: number;
}

/** A client of Socket.IO's protocol, from its CONNECT on. */
export interface ClientSocket {
  readonly conn: Session;
  readonly data: SocketData;
  /** Whether it was let in, and has not gone. */
  readonly connected: boolean;
  emit(event: string, ...args: unknown[]): unknown;
  /** Sends a DISCONNECT, which a stock client takes for "stay away", and closes the session. */
  disconnect(close: true): unknown;
}

/** What a client says when it asks to be let in. */
export interface Credentials {
  readonly auth: unknown;
  readonly authorization: string | undefined;
  /** `token` in the query of the request that its session began with. */
  readonly queryToken: unknown;
  /** Of that request too. */
  readonly cookieTokens: CookieTokens;
}

/** Positions by durable route, as the client says them. */
export type Claims = Readonly<Record<string, unknown>>;

/** Whether a client gets in. `closed`: it loses its connection and may come again. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly rejection: Rejection }
  | { readonly kind: 'closed' };

export type Acknowledge = (...answer: unknown[]) => void;

/** What a server of sockets asks and tells, in the order of a connection's life. */
export interface SocketHandlers {
  /** Why a request is not served, if so. */
  refusal(request: IncomingMessage, isUpgrade: boolean): Rejection | undefined;
  /** Tokens in the cookie of a request that begins a session. */
  cookieTokens(request: IncomingMessage): CookieTokens;
  /** The protocol refuses it. */
  malformed(why: Rejection, request: IncomingMessage): void;
  /** A polling request with so many bytes comes in. */
  posted(request: IncomingMessage, bytes: number): void;
  /**
   * Before anything is received on it; also where no session ever comes of it.
   *
   * @param isProbe it is to take over a session that polls, and its packets are not yet those of the session.
   */
  webSocketOpened(webSocket: WebSocket, request: IncomingMessage, isProbe: boolean): void;
  sessionOpened(session: Session, writer: SocketWriter): void;
  /** It sent a packet of whatever kind, a heartbeat perhaps. */
  packetReceived(session: Session): void;
  /**
   * Why a message is not served, if so.
   *
   * @param isIn whether a client of this session was let in.
   */
  refusalOfPacket(session: Session, message: string | Buffer, isIn: boolean): PacketAnswer | undefined;
  sessionClosed(session: Session): void;
  /** Reads the credentials before it returns, and keeps nothing else of them. Never rejects. */
  admit(socket: ClientSocket, credentials: Credentials): Promise<Verdict>;
  /** It is in, and was told so. */
  entered(socket: ClientSocket, writer: SocketWriter): void;
  /** @param args the event's name, then its arguments. */
  eventReceived(socket: ClientSocket, args: readonly unknown[], acknowledge: Acknowledge | undefined): void;
  /** @param tooLong whether it is gone because it sent a message that is too long. */
  left(socket: ClientSocket, reason: string, tooLong: boolean): void;
}

/** Where sockets come from: Socket.IO itself, our own server of websockets, or both. */
export interface SocketServer {
  /** Those that are in. */
  sockets(): Iterable<ClientSocket>;
  socketCount(): number;
  sessionCount(): number;
  /** Nothing, where the session is not one of its own. */
  peerOf(session: Session): Peer | undefined;
  /** Ends what is left, and takes nothing more. */
  close(): Promise<void>;
}
