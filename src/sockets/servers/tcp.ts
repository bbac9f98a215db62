import type { Socket as TcpSocket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Milliseconds within which a client must answer a close frame. ws waits half a minute, during which the connection is open
 * but not counted: one address held 400 where 50 were allowed.
 */
export const CLOSING = { closeTimeout: 1500 };

/** Joins everything that is sent within one turn of the event loop into one write. */
export function gatherWrites(tcp: Writable): void {
  tcp.cork();
  setImmediate(() => tcp.uncork());
}

/** Bytes that were passed to the kernel and not taken yet. */
export function bytesWaiting(tcp: TcpSocket): number {
  const waiting = tcp.writableLength;
  // The first bytes of a connection are collected for one write, and not passed to the kernel yet.
  return waiting === 0 || tcp.writableCorked > 0 ? 0 : waiting;
}

export function bytesTaken(tcp: TcpSocket): number {
  return tcp.bytesWritten - tcp.writableLength;
}
