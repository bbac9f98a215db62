import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { rejection, type Rejection } from '../../auth/rejection.ts';
import { ConnectAuthenticator } from '../handshake/authenticate-connect.ts';
import { networkOf, type Peer } from '../servers/client-address.ts';
import { answerEvent, type EventContext } from './client-events.ts';
import type { ConnectionsOptions } from './connection-options.ts';
import type { Disconnects } from './disconnects.ts';
import type { PacketAnswer } from '../servers/first-packet.ts';
import { onConnected, onDisconnected, type JoinLeaveOptions } from './join-leave.ts';
import { HandshakeLimiter } from '../handshake/handshake-limits.ts';
import { beginsSession, handshakeFault } from '../servers/handshake-request.ts';
import { HandshakeTimeout } from '../handshake/handshake-timeout.ts';
import { originRefusal } from '../handshake/origin-refusal.ts';
import { PacketCheck } from './packet-check.ts';
import { PacketLimit } from './packet-limit.ts';
import { rejectionOfFault, TOO_LONG_REQUEST, type SessionFault } from '../servers/session-fault.ts';
import { createReplaceToken } from './replace-token.ts';
import type { SocketWriter } from '../fanout/socket-writer.ts';
import type { CookieTokens } from '../servers/token-cookie.ts';
import type {
  Acknowledge,
  ClientSocket,
  Credentials,
  Session,
  SocketHandlers,
  SocketServer,
  Verdict,
} from '../servers/socket-server.ts';

/** Parts that are created after the server, and before the first client. */
interface LateParts {
  server(): SocketServer;
  disconnects(): Disconnects;
}

const NO_CONNECT = rejection('handshake-timeout', {
  message: 'no CONNECT arrived in time',
  hint: 'does the client call the callback of its `auth` function? `auth: async () => …` never does; write auth: (callback) => callback({ token })',
});

const NOWHERE: Peer = { address: '', forwarded: false };

/** Handles connections for both servers: refuses, counts, accepts and joins clients. */
export class ConnectionHandler implements SocketHandlers {
  readonly #options: ConnectionsOptions;
  readonly #lateParts: LateParts;
  readonly #quota: HandshakeLimiter;
  readonly #handshakeTime: HandshakeTimeout;
  readonly #authenticator: ConnectAuthenticator;
  readonly #packets: PacketLimit;
  readonly #packetCheck: PacketCheck;
  readonly #joinLeave: JoinLeaveOptions;
  readonly #eventContext: EventContext;

  constructor(options: ConnectionsOptions, lateParts: LateParts) {
    const { events, limits } = options;
    const refused = this.#refused.bind(this);
    this.#options = options;
    this.#lateParts = lateParts;
    this.#quota = new HandshakeLimiter(limits, options.isTrustedProxy, () => lateParts.server().sessionCount());
    this.#handshakeTime = new HandshakeTimeout(limits.handshakeTimeout * 1000, (session, hasAsked) =>
      refused(hasAsked ? rejection('handshake-timeout') : NO_CONNECT, session),
    );
    const networkOfSession = (session: Session): string => networkOf(this.#peerOf(session).address);
    this.#authenticator = new ConnectAuthenticator({
      ...options,
      ...limits,
      networkOf: networkOfSession,
      refused,
      failed: events.failed,
    });
    this.#packets = new PacketLimit({
      perSecond: limits.maxClientPacketsPerSecond,
      exceeded(session) {
        refused(rejection('too-many-packets'), session);
        lateParts.disconnects().cut(session, 'too-many-packets');
      },
      exceededBelow: (peer) => events.refused(rejection('too-many-packets'), peer),
    });
    this.#packetCheck = new PacketCheck({
      events,
      connects: this.#authenticator,
      refusedFirst: (why, session) => refused(why, session, events.handshake(session.transport.name).rejected(why)),
      refused,
      close: (client) => lateParts.disconnects().close(client, 'packet-malformed'),
    });
    this.#joinLeave = { ...options, disconnects: lateParts.disconnects };
    const replaceToken = createReplaceToken({
      ...options,
      networkOf: networkOfSession,
      refused,
      changed: (client) => lateParts.disconnects().identityChanged(client),
    });
    this.#eventContext = { ...options, replaceToken };
  }

  refusal(request: IncomingMessage, isUpgrade: boolean): Rejection | undefined {
    const why = this.#refusalOf(request, isUpgrade);
    if (why !== undefined) this.malformed(why, request);
    return why;
  }

  cookieTokens(request: IncomingMessage): CookieTokens {
    return this.#options.cookieTokensOf(request);
  }

  malformed(why: Rejection, request: IncomingMessage): void {
    const { events, peerOf } = this.#options;
    events.refused(why, peerOf(request), events.handshake(transportIn(request)).rejected(why));
  }

  unread(why: Rejection, address: string): void {
    this.#options.events.refused(why, { ...NOWHERE, address });
  }

  posted(request: IncomingMessage, bytes: number): void {
    const { limits, events, peerOf } = this.#options;
    if (bytes === Infinity || bytes > limits.maxClientMessageBytes) events.refused(TOO_LONG_REQUEST, peerOf(request));
  }

  webSocketOpened(webSocket: WebSocket, request: IncomingMessage, isProbe: boolean): void {
    this.#packets.webSocketOpened(webSocket, this.#options.peerOf(request), isProbe);
  }

  sessionOpened(session: Session, writer: SocketWriter): void {
    this.#options.fanout.guard(writer);
    this.#quota.opened(session, this.#peerOf(session));
    this.#handshakeTime.opened(session);
  }

  packetReceived(session: Session): void {
    this.#packets.packetReceived(session);
  }

  answerToPacket(
    session: Session,
    message: string | Buffer,
    client: ClientSocket | undefined,
  ): PacketAnswer | undefined {
    return this.#packetCheck.answerTo(session, message, client);
  }

  packetNotParsed(client: ClientSocket): void {
    this.#packetCheck.notParsed(client);
  }

  sessionClosed(session: Session, fault: SessionFault | undefined, isIn: boolean): void {
    if (fault !== undefined) this.#refused(rejectionOfFault(fault, isIn), session);
    this.#quota.closed(this.#peerOf(session));
    this.#handshakeTime.settled(session);
    this.#authenticator.closed(session);
  }

  admit(socket: ClientSocket, credentials: Credentials): Promise<Verdict> {
    this.#handshakeTime.asked(socket.conn);
    return this.#authenticator.admit(socket, credentials);
  }

  entered(socket: ClientSocket, writer: SocketWriter): void {
    this.#handshakeTime.settled(socket.conn);
    // The client reconnects, and its token is validated again.
    if (this.#lateParts.disconnects().isRevoked(socket)) socket.conn.close();
    else onConnected(socket, writer, this.#joinLeave);
  }

  eventReceived(socket: ClientSocket, args: readonly unknown[], acknowledge: Acknowledge | undefined): void {
    answerEvent(socket, args, acknowledge, this.#eventContext);
  }

  left(socket: ClientSocket, reason: string): void {
    onDisconnected(socket, reason, this.#joinLeave);
    // A session without a client gets the same time for the next CONNECT as for the first.
    if (socket.conn.readyState === 'open') this.#handshakeTime.opened(socket.conn);
  }

  #peerOf(session: Session): Peer {
    return this.#lateParts.server().peerOf(session) ?? NOWHERE;
  }

  #refusalOf(request: IncomingMessage, isUpgrade: boolean): Rejection | undefined {
    const { originOf, closedBecause, peerOf } = this.#options;
    if (originOf(request) === 'foreign') return originRefusal(request);
    if (!beginsSession(request)) return undefined;
    const fault = handshakeFault(request, isUpgrade);
    if (fault !== undefined) return fault;
    const code = closedBecause() ?? this.#quota.exceededBy(peerOf(request));
    return code === undefined ? undefined : rejection(code);
  }

  #refused(why: Rejection, session: Session, traceId?: string): void {
    this.#options.events.refused(why, this.#peerOf(session), traceId);
  }
}

/** What a request to the engine is for. */
function transportIn({ url = '' }: IncomingMessage): string {
  return url.includes('transport=websocket') ? 'websocket' : 'polling';
}
