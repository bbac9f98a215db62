import { userOfRoom } from '../routes/rooms.ts';
import type { UserId } from '../routes/user-id.ts';
import { connectionKinds, type ConnectionKind } from './connection-kinds.ts';
import type { ConnectionsOptions } from './connection-options.ts';
import { createEndings, type Endings } from './endings.ts';
import { Reception } from './reception.ts';
import type { SocketHandlers, SocketServer } from './socket-server.ts';

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
