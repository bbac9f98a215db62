import type { Socket } from 'socket.io-client';

export type Transport = 'websocket' | 'polling';

export interface ConnectionOptions {
  readonly token: string;
  readonly transports: readonly Transport[];
  /** Requests the notices that a client receives on request only. */
  readonly everything: boolean;
}

/** What a page with this client would know. */
export type ConnectionState =
  | { readonly kind: 'none' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly user: string; readonly transport: string }
  /** The client stays away. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The client comes back by itself. */
  | { readonly kind: 'away'; readonly message: string }
  | { readonly kind: 'closed'; readonly message: string };

export interface ConnectionEvents {
  state(state: ConnectionState): void;
  event(name: string, payload: readonly unknown[]): void;
}

export interface Connection {
  /** Milliseconds until the answer. */
  ping(): Promise<number>;
  leave(): void;
}

const PING_PATIENCE_MS = 5000;

/** A stock client, as any page would use it. */
export async function connect(
  options: ConnectionOptions & { readonly path: string },
  events: ConnectionEvents,
): Promise<Connection> {
  events.state({ kind: 'connecting' });
  // Most visits to this page do without it.
  const { io } = await import('socket.io-client');
  const { token, everything, path } = options;
  const socket = io({
    path,
    auth: { ...(token !== '' && { token }), ...(everything && { notices: true, resume: {}, trace: true }) },
    transports: [...options.transports],
    tryAllTransports: true,
    forceNew: true,
  });
  listen(socket, events);
  return {
    async ping() {
      const sentAt = performance.now();
      await socket.timeout(PING_PATIENCE_MS).emitWithAck('ping');
      return performance.now() - sentAt;
    },
    leave() {
      socket.off();
      socket.offAny();
      socket.disconnect();
      events.state({ kind: 'none' });
    },
  };
}

function listen(socket: Socket, events: ConnectionEvents): void {
  socket.on('connected', (welcome: { readonly userId?: number | string }) => {
    const user = welcome.userId === undefined ? 'anonymous' : `user ${welcome.userId}`;
    events.state({ kind: 'connected', user, transport: socket.io.engine.transport.name });
  });
  socket.on('connect_error', (error: Error & { readonly data?: { code: string; message: string; retry: boolean } }) => {
    if (error.data?.retry === false) events.state({ kind: 'refused', ...error.data });
    else if (!socket.active) events.state({ kind: 'closed', message: error.message });
    else events.state({ kind: 'away', message: error.message });
  });
  socket.on('disconnect', (reason) => {
    events.state({ kind: socket.active ? 'away' : 'closed', message: reason });
  });
  socket.onAny((name: string, ...payload: unknown[]) => events.event(name, payload));
}
