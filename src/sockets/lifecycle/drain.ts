import { setTimeout as pause } from 'node:timers/promises';
import type { CloseConnection } from './close-codes.ts';
import type { ClientSocket, SocketServer } from '../servers/socket-server.ts';

/** Lowest number of closes per second: few connections are not delayed for an even pace. */
const LEAST_PER_SECOND = 20;
const TICK_MS = 50;
/** Time for close notices to reach clients on slow links; the remaining connections are terminated. */
const GRACE_MS = 1500;
const CHECK_MS = 20;

/**
 * Closes all sockets evenly within that many milliseconds, and resolves when they are closed. Stock clients reconnect about
 * a second later, so other instances receive new connections at this pace.
 */
export async function drain(server: SocketServer, over: number, close: CloseConnection): Promise<void> {
  const sendAway = (socket: ClientSocket): void => void close(socket, 'draining');
  await atPace([...server.sockets()], over, sendAway);
  // Includes clients accepted since: the auth service was validating their tokens.
  for (const socket of server.sockets()) sendAway(socket);
  const grace = AbortSignal.timeout(GRACE_MS);
  while (server.sessionCount() > 0 && !grace.aborted) await pause(CHECK_MS);
  await server.close();
}

async function atPace(
  sockets: readonly ClientSocket[],
  over: number,
  sendAway: (socket: ClientSocket) => void,
): Promise<void> {
  const span = Math.min(over, (sockets.length / LEAST_PER_SECOND) * 1000);
  const began = performance.now();
  let closed = 0;
  while (closed < sockets.length) {
    const elapsed = performance.now() - began;
    const due = elapsed < span ? Math.ceil((elapsed / span) * sockets.length) : sockets.length;
    for (const socket of sockets.slice(closed, due)) sendAway(socket);
    closed = due;
    if (closed < sockets.length) await pause(TICK_MS);
  }
}
