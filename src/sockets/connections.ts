import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Authenticator } from '../auth/authenticator.ts';
import { rejection, type Rejection, type RejectionCode } from '../auth/rejection.ts';
import { noticeRoomsOf, roomsOf, userOfRoom } from '../routes/rooms.ts';
import { idOnWire, type UserId } from '../routes/user-id.ts';
import { guardNamespace } from './admission.ts';
import { createClientAddress } from './client-address.ts';
import type { LocalFanout } from './fanout.ts';
import { handleClientEvents, type ClientEventEvents } from './client-events.ts';
import { guardHandshakes } from './gate.ts';
import { limitPackets } from './packet-limit.ts';
import type { GatewayServer, GatewaySocket } from './socket-server.ts';

export interface ConnectionEvents extends ClientEventEvents {
  opened(authenticated: boolean): void;
  /** @param seconds how long it was open. */
  closed(reason: string, seconds: number): void;
  /** @param address of the client, as far as proxies are trusted. */
  refused(rejection: Rejection, address: string): void;
}

export interface ConnectionsOptions {
  readonly authenticator: Pick<Authenticator, 'identify'>;
  readonly origins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly queryToken: boolean;
  /** Why no new connection is taken right now, if so. */
  readonly closedBecause: () => RejectionCode | undefined;
  readonly fanout: LocalFanout;
  readonly events: ConnectionEvents;
}

/** The sockets of this instance, as health and metrics see them. */
export interface Connections {
  count(): number;
  users(): UserId[];
  /** Closes all in a way that makes stock clients connect again, elsewhere; resolves when they are gone. */
  closeAll(): Promise<void>;
}

/** For goodbyes to reach clients whose link is slow; the rest is cut. */
const CLOSE_PATIENCE_MS = 1500;
const CLOSE_LOOK_MS = 20;

/** From handshake to `connected`: gate, token, identity, rooms. */
export function acceptConnections(io: GatewayServer, options: ConnectionsOptions): Connections {
  const { events, fanout } = options;
  const addressOf = createClientAddress(options.trustedProxies);
  const refused = (code: RejectionCode, request: IncomingMessage): void =>
    events.refused(rejection(code), addressOf(request));
  const namespace = io.of('/');

  guardHandshakes(io, { origins: options.origins, closedBecause: options.closedBecause, refused });
  limitPackets(io, (request) => refused('too-many-packets', request));
  guardNamespace(io, { ...options, refused, failed: events.failed });
  namespace.on('connection', (socket) => greet(socket, options));

  return {
    count: () => namespace.sockets.size,
    users: () => [...fanout.rooms()].flatMap((room) => userOfRoom(room) ?? []),
    closeAll: () => closeAll(io, fanout),
  };
}

/** Not `disconnect()`: a stock client takes that for "stay away" and never comes back. */
async function closeAll(io: GatewayServer, fanout: LocalFanout): Promise<void> {
  // A polling client fetches its goodbye later: what would be sent to it until then would be lost, yet counted.
  fanout.close();
  for (const { conn } of io.of('/').sockets.values()) conn.close();
  const patience = AbortSignal.timeout(CLOSE_PATIENCE_MS);
  while (io.engine.clientsCount > 0 && !patience.aborted) await pause(CLOSE_LOOK_MS);
  await io.close();
}

function greet(socket: GatewaySocket, { events, fanout }: ConnectionsOptions): void {
  const { user, notices } = socket.data;
  const openedAt = performance.now();
  handleClientEvents(socket, events);
  events.opened(user !== undefined);
  socket.emit('connected', {
    message: 'Connected to MetaRGB WebSocket Gateway',
    ...(user !== undefined && { userId: idOnWire(user) }),
    authenticated: user !== undefined,
    timestamp: new Date().toISOString(),
  });
  // After the greeting, which is the first event that a client hears.
  const membership = fanout.join(socket.conn, [...roomsOf(user), ...(notices ? noticeRoomsOf(user) : [])]);
  socket.on('disconnect', (reason) => {
    membership.leave();
    events.closed(reason, (performance.now() - openedAt) / 1000);
  });
}
