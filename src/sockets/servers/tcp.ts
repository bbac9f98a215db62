import type { Socket as TcpSocket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Milliseconds within which a client must answer a close frame. ws waits half a minute, during which the connection is open
 * but not counted: one address held 400 where 50 were allowed.
 */
export const CLOSING = { closeTimeout: 1500 };

const PART_BYTES = 1024;
const CHUNKS_PER_FRAGMENT = 4;
const FEWEST_FRAGMENTS = 64;
/** The default of ws. */
const MOST_FRAGMENTS = 16_384;

/**
 * Limits the parts of one message that ws keeps until the last one arrives: a part of one byte costs some 130 bytes of memory.
 * With the defaults of ws 100 clients without a token filled a heap of 256 MB. Clients fragment at 4 KB, if at all, and the
 * smallest TCP segments in use have 536 bytes.
 *
 * @param maxPayload longest message, in bytes.
 */
export function limitParts(maxPayload: number) {
  const fitting = Math.ceil(maxPayload / PART_BYTES);
  const maxFragments = Math.min(Math.max(fitting, FEWEST_FRAGMENTS), MOST_FRAGMENTS);
  return { maxFragments, maxBufferedChunks: maxFragments * CHUNKS_PER_FRAGMENT };
}

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
