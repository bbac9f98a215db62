import type { Fanout } from '../dispatch/dispatch.ts';
import { JsonText } from './packet-encoder.ts';
import type { GatewayServer } from './socket-server.ts';

/** Emits to this instance's sockets only: every instance hears every message, so each client gets one copy. */
export function createFanout(io: GatewayServer): Fanout {
  const namespace = io.of('/');
  return {
    count(rooms) {
      let sockets = 0;
      for (const room of rooms) sockets += namespace.adapter.rooms.get(room)?.size ?? 0;
      return sockets;
    },
    emit(rooms, event, payload) {
      // Without a room Socket.IO means everyone.
      if (rooms.length === 0) throw new Error('emit without rooms');
      namespace.local.to([...rooms]).emit(event, new JsonText(payload));
    },
  };
}
