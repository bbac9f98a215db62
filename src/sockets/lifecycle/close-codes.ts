import type { ClientSocket } from '../servers/socket-server.ts';

/**
 * Why the gateway ends an accepted connection. `retry`: the client may reconnect, and a stock one does automatically.
 * Documented in docs/errors.md; a test compares the lists.
 */
export const CLOSINGS = {
  draining: { retry: true },
  revoked: { retry: false },
  'token-invalid': { retry: true },
  'token-expired': { retry: true },
  'too-many-packets': { retry: true },
  'packet-malformed': { retry: true },
} as const;

export type ClosingCode = keyof typeof CLOSINGS;

/** Time after which a closing connection is terminated: a client that does not read would keep it open. */
const PATIENCE_MS = 1500;

/** Closes a connection. @returns whether it was open. */
export type CloseConnection = (socket: ClientSocket, code: ClosingCode) => boolean;

export function closeConnection(socket: ClientSocket, code: ClosingCode): boolean {
  const { conn, data } = socket;
  const { membership } = data;
  if (conn.readyState !== 'open') return false;
  const { retry } = CLOSINGS[code];
  if (membership) setTimeout(membership.terminator(), PATIENCE_MS).unref();
  if (data.notices) socket.emit('gateway:closing', { code, retry, after: 0 });
  // Leaves the rooms immediately: a polling client fetches the disconnect later, and events sent until then would be lost
  // but counted as delivered.
  membership?.leave();
  // A stock client does not reconnect after a disconnect packet, but after the end of its connection.
  if (retry) conn.close();
  else socket.disconnect(true);
  return true;
}
