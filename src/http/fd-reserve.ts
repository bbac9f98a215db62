import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';

/** File descriptors kept from clients: for Redis, the auth service, traces, schemas, and answers to refused clients. */
const RESERVE = 100;

/** Returns the open-file limit of the process; Infinity where the system does not report one. */
export function openFileLimit(): number {
  if (!existsSync(LIMITS)) return Infinity;
  return Number(/^Max open files +(\d+)/m.exec(readFileSync(LIMITS, 'utf8'))?.[1] ?? Infinity);
}

const LIMITS = '/proc/self/limits';

export interface FdReserve {
  /** Highest number of client connections of any kind. */
  readonly connections: number;
  /** Whether the clients' share is in use, so that new clients are refused. */
  isUsedUp(): boolean;
}

/**
 * Keeps file descriptors in reserve: a process without any cannot reconnect to Redis, and does not report it.
 * @param turnedAway called for each connection that is closed on arrival because half of the reserve is in use.
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
