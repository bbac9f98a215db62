import type { Authenticator } from '../../auth/authenticator.ts';
import type { Revocations } from '../../auth/revocations.ts';
import type { ClaimAudience } from '../../config/routes/route-config.ts';
import type { UserId } from '../../routes/user-id.ts';
import { updateRooms } from './client-rooms.ts';
import { closeConnection, type CloseConnection, type ClosingCode } from './close-codes.ts';
import { drain } from './drain.ts';
import { createExpiry } from './expiry.ts';
import { createRevalidation, type RevalidationEvents } from './revalidation.ts';
import { RoomIndex } from '../fanout/room-index.ts';
import type { ClientHistory } from '../servers/client-history.ts';
import type { ClientSocket, Session, SocketServer } from '../servers/socket-server.ts';

export interface DisconnectEvents extends RevalidationEvents {
  /** The gateway ended an accepted connection. */
  closing(code: ClosingCode): void;
}

export interface DisconnectsOptions {
  readonly authenticator: Pick<Authenticator, 'revalidate'>;
  readonly revocations: Pick<Revocations, 'isOutdated'>;
  /** Milliseconds after which, at the latest, a token is validated again; 0: never. */
  readonly revalidateWithin: number;
  readonly history: Pick<ClientHistory, 'clientLeft'>;
  /** Audiences of the plan in force that name a claim. */
  readonly audiences: () => readonly ClaimAudience[];
  readonly events: DisconnectEvents;
}

/** Ends accepted connections: revocation, expiry, closing of users, drain. */
export interface Disconnects {
  /** Whether the user was revoked after the auth service answered. */
  isRevoked(socket: ClientSocket): boolean;
  /** Makes the client findable by its user. */
  watch(socket: ClientSocket): void;
  forget(socket: ClientSocket): void;
  /** The token was replaced or validated again: claims or the expiry may differ. */
  identityChanged(socket: ClientSocket): void;
  /**
   * Closes the connections of these users, and stock clients do not reconnect.
   *
   * @returns the number of closed connections.
   */
  disconnect(users: Iterable<UserId>): number;
  /** Closes the connection of an accepted client, with a notice where it requested notices. */
  close(socket: ClientSocket, code: ClosingCode): void;
  /** Closes the session of a client, with a notice to an accepted one that requested notices. */
  cut(session: Session, code: ClosingCode): void;
  /** The plan in force has other audiences that name a claim. */
  audiencesChanged(): void;
  /** Schedules validation of the tokens of all connections. */
  revalidateAll(): void;
  /**
   * Closes all connections evenly within that many milliseconds, so that stock clients reconnect to another instance;
   * resolves when all are closed.
   */
  drain(over: number): Promise<void>;
}

export function createDisconnects(server: SocketServer, options: DisconnectsOptions): Disconnects {
  const { events, revocations } = options;
  const byUser = new RoomIndex<ClientSocket>();
  const close: CloseConnection = (socket, code) => {
    const isClosed = closeConnection(socket, code);
    if (isClosed) events.closing(code);
    return isClosed;
  };
  const sockets = (): Iterable<ClientSocket> => server.sockets();
  const expiry = createExpiry<ClientSocket>({ sockets, expired: (socket) => withhold(socket, options.history), close });
  const changed = (socket: ClientSocket): void => {
    expiry.look(socket);
    updateRooms(socket, options.audiences());
  };
  const revalidation = createRevalidation<ClientSocket>({ ...options, sockets, close, changed });
  return {
    isRevoked({ data: { user, proof } }) {
      return user !== undefined && proof !== undefined && revocations.isOutdated(user, proof.askedAt);
    },
    watch(socket) {
      const { user } = socket.data;
      if (user !== undefined) byUser.join(socket, [user]);
      expiry.look(socket);
    },
    forget(socket) {
      const { user } = socket.data;
      if (user !== undefined) byUser.leave(socket, [user]);
    },
    identityChanged: changed,
    audiencesChanged() {
      for (const socket of server.sockets()) if (socket.data.claims) updateRooms(socket, options.audiences());
    },
    disconnect(users) {
      const theirs = Array.from(users, (user) => [...(byUser.members(user) ?? [])]).flat();
      return theirs.filter((socket) => close(socket, 'revoked')).length;
    },
    close,
    cut(session, code) {
      // Scans all connections: this is rare, and an index would cost memory per connection.
      const socket = [...server.sockets()].find(({ conn }) => conn === session);
      if (socket) close(socket, code);
      // Does not wait for answers that clients may never fetch.
      else session.close(true);
    },
    revalidateAll: revalidation.all,
    drain(over) {
      revalidation.stop();
      expiry.stop();
      return drain(server, over, close);
    },
  };
}

/** Delivers nothing more to a client whose connection is still open. */
function withhold({ data: { membership } }: ClientSocket, history: Pick<ClientHistory, 'clientLeft'>): void {
  if (membership === undefined) return;
  membership.leave();
  history.clientLeft(membership);
}
