import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Rejection, RejectionCode } from '../auth/rejection.ts';
import { userOfRoom } from '../routes/rooms.ts';
import type { UserId } from '../routes/user-id.ts';
import type { AdmissionEvents } from './admission.ts';
import type { Peer } from './client-address.ts';
import type { ClientEventEvents } from './client-events.ts';
import { connectionKinds, type ConnectionKind } from './connection-kinds.ts';
import { createEndings, type EndingEvents, type Endings, type EndingsOptions } from './endings.ts';
import type { LocalFanout } from './fanout.ts';
import type { ClientHistory, GreetingEvents } from './greeting.ts';
import type { HandshakeLimits } from './handshake-limits.ts';
import { Reception } from './reception.ts';
import type { SocketHandlers, SocketServer } from './socket-server.ts';

export interface ConnectionEvents extends GreetingEvents, ClientEventEvents, AdmissionEvents, EndingEvents {
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
  readonly peerOf: (request: IncomingMessage) => Peer;
  readonly queryToken: boolean;
  /** Why no new connection is taken right now, if so. */
  readonly closedBecause: () => RejectionCode | undefined;
  readonly limits: ClientLimits;
  readonly fanout: LocalFanout;
  readonly history: ClientHistory;
  readonly events: ConnectionEvents;
}

/** The sockets of this instance, as health and metrics see them. */
export interface Connections extends Pick<Endings, 'disconnect' | 'revalidateAll' | 'drain'> {
  count(): number;
  kinds(): ConnectionKind[];
  users(): UserId[];
}

/**
 * From handshake to `connected`: gate, token, identity, rooms; and until it is gone.
 *
 * @param open opens the server that asks and tells these handlers.
 */
export function acceptConnections(
  open: (handlers: SocketHandlers) => SocketServer,
  options: ConnectionsOptions,
): Connections {
  const { fanout } = options;
  // They are asked once clients come, which is later.
  const server: SocketServer = open(new Reception(options, { server: () => server, endings: () => endings }));
  const endings: Endings = createEndings(server, options);
  return {
    count: () => server.socketCount(),
    kinds: () => connectionKinds(server.sockets()),
    users: () => [...fanout.rooms()].flatMap((room) => userOfRoom(room) ?? []),
    disconnect: endings.disconnect,
    revalidateAll: endings.revalidateAll,
    drain: endings.drain,
  };
}
