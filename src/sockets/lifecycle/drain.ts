import { setTimeout as pause } from 'node:timers/promises';
import type { CloseConnection } from './close-codes.ts';
import type { ClientSocket, SocketServer } from '../servers/socket-server.ts';

/** Few are not kept waiting for the sake of an even pace: as many a second at least. */
const LEAST_PER_SECOND = 20;
const TICK_MS = 50;
/** For goodbyes to reach clients whose link is slow; the rest is cut. */
const PATIENCE_MS = 1500;
const LOOK_MS = 20;

/**
 * Closes all sockets, evenly over that many milliseconds, and resolves when they are gone. Stock clients connect again
 * within about a second of their close, so it is this pace that other instances feel.
 */
export async function drain(server: SocketServer, over: number, close: CloseConnection): Promise<void> {
  const sendAway = (socket: ClientSocket): void => void close(socket, 'draining');
  await atPace([...server.sockets()], over, sendAway);
  // Let in meanwhile: their tokens were with the auth service.
  for (const socket of server.sockets()) sendAway(socket);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (server.sessionCount() > 0 && !patience.aborted) await pause(LOOK_MS);
  await server.close();
}

async function atPace(
  sockets: readonly ClientSocket[],
  over: number,
  sendAway: (socket: ClientSocket) => void,
): Promise<void> {
  const span = Math.min(over, (sockets.length / LEAST_PER_SECOND) * 1000);
  const began = performance.now();
  let gone = 0;
  while (gone < sockets.length) {
    const elapsed = performance.now() - began;
    const due = elapsed < span ? Math.ceil((elapsed / span) * sockets.length) : sockets.length;
    for (const socket of sockets.slice(gone, due)) sendAway(socket);
    gone = due;
    if (gone < sockets.length) await pause(TICK_MS);
  }
}
