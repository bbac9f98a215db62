import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../auth/authenticator.ts';
import { rejection, type Rejection, type RejectionCode } from '../auth/rejection.ts';
import { userOfRoom } from '../routes/rooms.ts';
import type { UserId } from '../routes/user-id.ts';
import { guardNamespace, type AdmissionEvents } from './admission.ts';
import { createPeerOf, type Peer } from './client-address.ts';
import { connectionKinds, type ConnectionKind } from './connection-kinds.ts';
import { createEndings, type EndingEvents, type Endings, type EndingsOptions } from './endings.ts';
import type { LocalFanout } from './fanout.ts';
import { guardHandshakes } from './gate.ts';
import { greet, type ClientHistory, type GreetingEvents } from './greeting.ts';
import { limitHandshakes, type HandshakeLimits } from './handshake-limits.ts';
import { limitHandshakeTime } from './handshake-time.ts';
import { tellTooLong } from './message-size.ts';
import { limitPackets } from './packet-limit.ts';
import { freeRequests } from './request-memory.ts';
import type { GatewayServer } from './socket-server.ts';

export interface ConnectionEvents extends GreetingEvents, AdmissionEvents, EndingEvents {
  /** @param traceId of the handshake, where that is recorded. */
  refused(rejection: Rejection, peer: Peer, traceId?: string): void;
}

/** What clients may do; Infinity is no limit. */
export interface ClientLimits extends HandshakeLimits {
  readonly maxConnectionsPerUser: number;
  /** In seconds, until a client is let in; 0 is no limit. */
  readonly handshakeTimeout: number;
  readonly maxClientPacketsPerSecond: number;
  readonly maxClientMessageBytes: number;
}

export interface ConnectionsOptions extends EndingsOptions {
  readonly authenticator: Authenticator;
  readonly origins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly queryToken: boolean;
  /** Why no new connection is taken right now, if so. */
  readonly closedBecause: () => RejectionCode | undefined;
  readonly limits: ClientLimits;
  readonly fanout: LocalFanout;
  readonly history: ClientHistory;
  readonly events: ConnectionEvents;
}

type Refused = (code: RejectionCode, request: IncomingMessage, traceId?: string) => void;

/** The sockets of this instance, as health and metrics see them. */
export interface Connections extends Pick<Endings, 'disconnect' | 'revalidateAll' | 'drain'> {
  count(): number;
  kinds(): ConnectionKind[];
  users(): UserId[];
}

/** From handshake to `connected`: gate, token, identity, rooms. */
export function acceptConnections(io: GatewayServer, options: ConnectionsOptions): Connections {
  const { events, fanout, limits } = options;
  const peerOf = createPeerOf(options.trustedProxies);
  const refused: Refused = (code, request, traceId) => events.refused(rejection(code), peerOf(request), traceId);
  const refusedAtGate: Refused = (code, request) =>
    refused(code, request, events.handshake(transportIn(request)).rejected(rejection(code)));
  const namespace = io.of('/');

  const overLimit = limitHandshakes(io, limits, peerOf);
  const closedBecause = (request: IncomingMessage): RejectionCode | undefined =>
    options.closedBecause() ?? overLimit(request);
  guardHandshakes(io, { origins: options.origins, closedBecause, refused: refusedAtGate });
  limitHandshakeTime(io, limits.handshakeTimeout * 1000, (request) => refused('handshake-timeout', request));
  tellTooLong(io, limits.maxClientMessageBytes, (request) => refused('message-too-large', request));
  guardNamespace(io, { ...options, ...limits, refused, failed: events.failed });
  const endings = createEndings(io, options);
  limitPackets(io, {
    perSecond: limits.maxClientPacketsPerSecond,
    peerOf,
    exceeded: (peer) => events.refused(rejection('too-many-packets'), peer),
    close: (session) => endings.cut(session, 'too-many-packets'),
  });
  const freeRequest = freeRequests(io);
  namespace.on('connection', (socket) => {
    // The client comes again, and is asked about again.
    if (endings.isOver(socket)) return socket.conn.close();
    greet(socket, { ...options, refused, endings });
    freeRequest(socket);
  });

  return {
    count: () => namespace.sockets.size,
    kinds: () => connectionKinds(namespace.sockets.values()),
    users: () => [...fanout.rooms()].flatMap((room) => userOfRoom(room) ?? []),
    disconnect: endings.disconnect,
    revalidateAll: endings.revalidateAll,
    drain: endings.drain,
  };
}

/** That a request to the engine asks for. */
function transportIn({ url = '' }: IncomingMessage): string {
  return url.includes('transport=websocket') ? 'websocket' : 'polling';
}
