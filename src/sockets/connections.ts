import { userOfRoom } from '../routes/rooms.ts';
import type { UserId } from '../routes/user-id.ts';
import { connectionKinds, type ConnectionKind } from './lifecycle/connection-kinds.ts';
import type { ConnectionsOptions } from './lifecycle/connection-options.ts';
import { createDisconnects, type Disconnects } from './lifecycle/disconnects.ts';
import { ConnectionHandler } from './lifecycle/connection-handler.ts';
import type { SocketHandlers, SocketServer } from './servers/socket-server.ts';

/** The connections of this instance, as health and metrics read them. */
export interface Connections extends Pick<Disconnects, 'disconnect' | 'revalidateAll' | 'audiencesChanged' | 'drain'> {
  count(): number;
  kinds(): ConnectionKind[];
  users(): UserId[];
}

/**
 * Creates the handlers of connections from the handshake to the disconnect: limits, token, identity, rooms.
 *
 * @param open opens the server that calls these handlers.
 */
export function acceptConnections(
  open: (handlers: SocketHandlers) => SocketServer,
  options: ConnectionsOptions,
): Connections {
  const { fanout } = options;
  // They are asked once clients come, which is later.
  const server: SocketServer = open(
    new ConnectionHandler(options, { server: () => server, disconnects: () => disconnects }),
  );
  const disconnects: Disconnects = createDisconnects(server, options);
  return {
    count: () => server.socketCount(),
    kinds: () => connectionKinds(server.sockets()),
    users: () => [...fanout.rooms()].flatMap((room) => userOfRoom(room) ?? []),
    disconnect: disconnects.disconnect,
    revalidateAll: disconnects.revalidateAll,
    audiencesChanged: disconnects.audiencesChanged,
    drain: disconnects.drain,
  };
}
