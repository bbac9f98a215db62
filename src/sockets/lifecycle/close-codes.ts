import type { ClientSocket } from '../servers/socket-server.ts';

/**
 * Why the gateway ends a connection that it had let in. `retry`: the client may come back, and a stock one does by itself.
 * Documented in docs/errors.md; a test compares the lists.
 */
export const CLOSINGS = {
  draining: { retry: true },
  revoked: { retry: false },
  'token-invalid': { retry: true },
  'too-many-packets': { retry: true },
} as const;

export type ClosingCode = keyof typeof CLOSINGS;

/** A client that does not read would keep its connection until its queue is empty. */
const PATIENCE_MS = 1500;

/** @returns whether there was something to close. */
export type CloseConnection = (socket: ClientSocket, code: ClosingCode) => boolean;

export function closeConnection(socket: ClientSocket, code: ClosingCode): boolean {
  const { conn, data } = socket;
  const { membership } = data;
  if (conn.readyState !== 'open') return false;
  const { retry } = CLOSINGS[code];
  if (membership) setTimeout(membership.terminator(), PATIENCE_MS).unref();
  if (data.notices) socket.emit('gateway:closing', { code, retry, after: 0 });
  // At once: what is sent from here on is not for it any more. A polling client fetches its goodbye later, too: what would
  // be sent to it until then would be lost, yet counted.
  membership?.leave();
  // A stock client takes a disconnect for "stay away", and the end of its connection for a reason to come back.
  if (retry) conn.close();
  else socket.disconnect(true);
  return true;
}
