import type { Redis } from 'ioredis';

/** Bytes received on a connection: while the count grows a reply is being received, however slow the link. */
export function receivedBytes({ stream }: Redis): number {
  return stream.bytesRead;
}
