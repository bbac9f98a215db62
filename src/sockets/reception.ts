import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { rejection, type Rejection } from '../auth/rejection.ts';
import { Doorkeeper } from './admission.ts';
import { Attachments } from './attachments.ts';
import { networkOf, type Peer } from './client-address.ts';
import { answerEvent } from './client-events.ts';
import type { ConnectionsOptions } from './connection-options.ts';
import type { Endings } from './endings.ts';
import { refusalOfPacket, type PacketAnswer } from './first-packet.ts';
import { greet, takeLeave, type GreetingOptions } from './greeting.ts';
import { HandshakeQuota } from './handshake-limits.ts';
import { beginsSession, handshakeFault } from './handshake-request.ts';
import { HandshakeTime } from './handshake-time.ts';
import { originRefusal } from './origin-refusal.ts';
import { PacketLimit } from './packet-limit.ts';
import type { Line } from './line.ts';
import type { CookieTokens } from './token-cookie.ts';
import type {
  Acknowledge,
  ClientSocket,
  Credentials,
  Session,
  SocketHandlers,
  SocketServer,
  Verdict,
} from './socket-server.ts';

/** What is there by the time that clients come. */
interface House {
  server(): SocketServer;
  endings(): Endings;
}

const NO_CONNECT = rejection('handshake-timeout', {
  message: 'no CONNECT came in time',
  hint: 'does the client call the callback of its `auth` function? `auth: async () => …` never does: auth: (give) => give({ token })',
});

const NOWHERE: Peer = { address: '', forwarded: false };

/** How clients are received: what is refused, counted, let in and greeted, whichever server they come to. */
export class Reception implements SocketHandlers {
  readonly #options: ConnectionsOptions;
  readonly #house: House;
  readonly #quota: HandshakeQuota;
  readonly #handshakeTime: HandshakeTime;
  readonly #doorkeeper: Doorkeeper;
  readonly #packets: PacketLimit;
  readonly #attachments: Attachments;
  readonly #greeting: GreetingOptions;

  constructor(options: ConnectionsOptions, house: House) {
    const { events, limits } = options;
    const refused = this.#refused.bind(this);
    this.#options = options;
    this.#house = house;
    this.#quota = new HandshakeQuota(limits, options.isTrustedProxy, () => house.server().sessionCount());
    this.#handshakeTime = new HandshakeTime(limits.handshakeTimeout * 1000, (session, hasAsked) =>
      refused(hasAsked ? rejection('handshake-timeout') : NO_CONNECT, session),
    );
    const networkOfSession = (session: Session): string => networkOf(this.#peerOf(session).address);
    this.#doorkeeper = new Doorkeeper({
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
        house.endings().cut(session, 'too-many-packets');
      },
      exceededBelow: (peer) => events.refused(rejection('too-many-packets'), peer),
    });
    this.#attachments = new Attachments(events);
    this.#greeting = { ...options, refused, endings: house.endings };
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

  posted(request: IncomingMessage, bytes: number): void {
    const { limits, events, peerOf } = this.#options;
    if (bytes > limits.maxClientMessageBytes) events.refused(rejection('message-too-large'), peerOf(request));
  }

  webSocketOpened(webSocket: WebSocket, request: IncomingMessage, isProbe: boolean): void {
    this.#packets.webSocketOpened(webSocket, this.#options.peerOf(request), isProbe);
  }

  sessionOpened(session: Session, line: Line): void {
    this.#options.fanout.guard(line);
    this.#quota.opened(session, this.#peerOf(session));
    this.#handshakeTime.opened(session);
  }

  packetReceived(session: Session): void {
    this.#packets.packetReceived(session);
  }

  refusalOfPacket(session: Session, message: string | Buffer, isIn: boolean): PacketAnswer | undefined {
    const refusal = refusalOfPacket(message, isIn);
    if (refusal === undefined) return isIn ? this.#attachments.judge(session, message) : undefined;
    const { rejection: why } = refusal;
    const trace = this.#options.events.handshake(session.transport.name);
    this.#refused(why, session, trace.rejected(why));
    return refusal;
  }

  sessionClosed(session: Session): void {
    this.#quota.closed(this.#peerOf(session));
    this.#handshakeTime.settled(session);
    this.#doorkeeper.closed(session);
  }

  admit(socket: ClientSocket, credentials: Credentials): Promise<Verdict> {
    this.#handshakeTime.asked(socket.conn);
    return this.#doorkeeper.admit(socket, credentials);
  }

  entered(socket: ClientSocket, line: Line): void {
    this.#handshakeTime.settled(socket.conn);
    // The client comes again, and is asked about again.
    if (this.#house.endings().isOver(socket)) socket.conn.close();
    else greet(socket, line, this.#greeting);
  }

  eventReceived(socket: ClientSocket, [event]: readonly unknown[], acknowledge: Acknowledge | undefined): void {
    answerEvent(socket, event, acknowledge, this.#options);
  }

  left(socket: ClientSocket, reason: string, tooLong: boolean): void {
    takeLeave(socket, reason, tooLong, this.#greeting);
    // A session without a client has as long for the next one as it had for the first.
    if (socket.conn.readyState === 'open') this.#handshakeTime.opened(socket.conn);
  }

  #peerOf(session: Session): Peer {
    return this.#house.server().peerOf(session) ?? NOWHERE;
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

/** That a request to the engine asks for. */
function transportIn({ url = '' }: IncomingMessage): string {
  return url.includes('transport=websocket') ? 'websocket' : 'polling';
}
