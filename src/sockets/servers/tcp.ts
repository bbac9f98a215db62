import type { Socket as TcpSocket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * In milliseconds, for a client to answer a close frame. ws gives it half a minute, in which the connection is held and counts for
 * nobody: one address held 400 where 50 were allowed.
 */
export const CLOSING = { closeTimeout: 1500 };

/** What is sent before the event loop turns leaves in one write. */
export function gatherWrites(tcp: Writable): void {
  tcp.cork();
  setImmediate(() => tcp.uncork());
}

/** Bytes that the kernel was asked to take and has not taken. */
export function bytesWaiting(tcp: TcpSocket): number {
  const waiting = tcp.writableLength;
  // What a connection begins with is gathered for one write; the kernel was not asked yet.
  return waiting === 0 || tcp.writableCorked > 0 ? 0 : waiting;
}

export function bytesTaken(tcp: TcpSocket): number {
  return tcp.bytesWritten - tcp.writableLength;
}
