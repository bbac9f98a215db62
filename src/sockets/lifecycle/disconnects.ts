import type { Authenticator } from '../../auth/authenticator.ts';
import type { Revocations } from '../../auth/revocations.ts';
import type { UserId } from '../../routes/user-id.ts';
import { closeConnection, type CloseConnection, type ClosingCode } from './close-codes.ts';
import { drain } from './drain.ts';
import { createRevalidation, type RevalidationEvents } from './revalidation.ts';
import { RoomIndex } from '../fanout/room-index.ts';
import type { ClientSocket, Session, SocketServer } from '../servers/socket-server.ts';

export interface DisconnectEvents extends RevalidationEvents {
  /** The gateway ended a connection that it had let in. */
  closing(code: ClosingCode): void;
}

export interface DisconnectsOptions {
  readonly authenticator: Pick<Authenticator, 'revalidate'>;
  readonly revocations: Pick<Revocations, 'isOutdated'>;
  /** After so many milliseconds at the latest a token is asked about again; 0: never. */
  readonly revalidateWithin: number;
  readonly events: DisconnectEvents;
}

/** How the gateway ends connections that it has let in. */
export interface Disconnects {
  /** Whether its user was revoked between the auth service's answer and now. */
  isRevoked(socket: ClientSocket): boolean;
  /** From here on it can be found by its user. */
  watch(socket: ClientSocket): void;
  forget(socket: ClientSocket): void;
  /**
   * Closes those of these users, who are to stay away.
   *
   * @returns how many that were.
   */
  disconnect(users: Iterable<UserId>): number;
  /** Closes the session of a client, with a word to one that was let in and asked to be told. */
  cut(session: Session, code: ClosingCode): void;
  /** The tokens of all are asked about again, soon. */
  revalidateAll(): void;
  /**
   * Closes all, evenly over that many milliseconds, in a way that makes stock clients connect again, elsewhere; resolves
   * when they are gone.
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
  const revalidation = createRevalidation({ ...options, sockets: () => server.sockets(), close });
  return {
    isRevoked({ data: { user, proof } }) {
      return user !== undefined && proof !== undefined && revocations.isOutdated(user, proof.askedAt);
    },
    watch(socket) {
      const { user } = socket.data;
      if (user !== undefined) byUser.join(socket, [user]);
    },
    forget(socket) {
      const { user } = socket.data;
      if (user !== undefined) byUser.leave(socket, [user]);
    },
    disconnect(users) {
      const theirs = Array.from(users, (user) => [...(byUser.members(user) ?? [])]).flat();
      return theirs.filter((socket) => close(socket, 'revoked')).length;
    },
    cut(session, code) {
      // Looked for in all of them: it happens seldom, and another index would cost each connection.
      const socket = [...server.sockets()].find(({ conn }) => conn === session);
      if (socket) close(socket, code);
      // Without waiting for answers to be fetched that may never be.
      else session.close(true);
    },
    revalidateAll: revalidation.all,
    drain(over) {
      revalidation.stop();
      return drain(server, over, close);
    },
  };
}
