import type { Redis } from 'ioredis';

/** Bytes that came on a connection: while this grows an answer is on its way, however slow the link. */
export function receivedBytes({ stream }: Redis): number {
  return stream.bytesRead;
}
