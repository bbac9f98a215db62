import type { ClientSocket } from '../servers/socket-server.ts';

/** Connections with the same metric labels. */
export interface ConnectionKind {
  readonly transport: 'websocket' | 'polling';
  readonly identity: 'user' | 'anonymous';
  readonly count: number;
}

/** All kinds, including those without a connection. */
export function connectionKinds(sockets: Iterable<ClientSocket>): ConnectionKind[] {
  const counts = { websocket: { user: 0, anonymous: 0 }, polling: { user: 0, anonymous: 0 } };
  for (const { conn, data } of sockets) {
    const { name } = conn.transport;
    counts[name === 'websocket' ? 'websocket' : 'polling'][data.user === undefined ? 'anonymous' : 'user'] += 1;
  }
  const kinds = ({ user, anonymous }: (typeof counts)['polling'], transport: ConnectionKind['transport']) => [
    { transport, identity: 'user' as const, count: user },
    { transport, identity: 'anonymous' as const, count: anonymous },
  ];
  return [...kinds(counts.websocket, 'websocket'), ...kinds(counts.polling, 'polling')];
}
