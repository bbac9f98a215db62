import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';

/** Files that clients do not get: for Redis, the auth service, traces, schemas, and answers to those who are turned away. */
const RESERVE = 100;

/** Open files that the process may have; Infinity where the system does not tell. */
export function openFileLimit(): number {
  if (!existsSync(LIMITS)) return Infinity;
  return Number(/^Max open files +(\d+)/m.exec(readFileSync(LIMITS, 'utf8'))?.[1] ?? Infinity);
}

const LIMITS = '/proc/self/limits';

export interface FdReserve {
  /** Connections that clients may have, of whatever kind. */
  readonly connections: number;
  /** New clients are better sent elsewhere. */
  isUsedUp(): boolean;
}

/**
 * A process that is out of files is mute and blind: it cannot even connect to Redis again, and says nothing of it.
 * @param turnedAway told of a connection that was closed as soon as it came: even the reserve is half used up.
 */
export function reserveFileDescriptors(
  server: Server,
  openFiles: number,
  turnedAway: (address: string) => void,
): FdReserve {
  const reserve = Math.min(RESERVE, Math.floor(openFiles / 2));
  const connections = openFiles - reserve;
  let open = 0;
  const closed = (): void => void (open -= 1);
  server.maxConnections = openFiles - Math.floor(reserve / 2);
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', closed);
  });
  server.on('drop', (dropped) => turnedAway(dropped?.remoteAddress ?? ''));
  return { connections, isUsedUp: () => open > connections };
}
