import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { withDeadline } from './deadline.ts';
import { formatAddress } from './format-address.ts';
import { receivedBytes } from './received-bytes.ts';
import { isReplyError } from './reply-error.ts';

/** Connections for commands, one to each server. A command is answered soon or fails; none is queued. */
export interface ConnectionPool {
  /** @param act receives the connection, and whether it was opened for this use. */
  use<T>(server: HostAndPort, act: (redis: Redis, fresh: boolean) => Promise<T>): Promise<T>;
  /** Closes all connections; the next use opens a new one. */
  close(): void;
}

interface Pooled {
  readonly opening: Promise<Redis>;
  uses: number;
}

/** Milliseconds without a received byte. */
const COMMAND_MS = 1500;

/** @param lifetime uses after which a connection is replaced. */
export function createConnectionPool(
  open: (server: HostAndPort) => Promise<Redis>,
  lifetime = Infinity,
): ConnectionPool {
  const pool = new Map<string, Pooled>();

  function take(key: string, server: HostAndPort): Pooled {
    const old = pool.get(key);
    if (old && old.uses < lifetime) return old;
    if (old) drop(key, old);
    const fresh: Pooled = { opening: open(server), uses: 0 };
    pool.set(key, fresh);
    // A failure to open is reported where the connection is used.
    fresh.opening.then((redis) => redis.once('end', () => forget(key, fresh))).catch(() => undefined);
    return fresh;
  }

  function forget(key: string, old: Pooled): void {
    if (pool.get(key) === old) pool.delete(key);
  }

  function drop(key: string, old: Pooled): void {
    forget(key, old);
    old.opening.then((redis) => redis.disconnect()).catch(() => undefined);
  }

  return {
    async use(server, act) {
      const key = formatAddress(server);
      const pooled = take(key, server);
      pooled.uses += 1;
      const fresh = pooled.uses === 1;
      try {
        const redis = await pooled.opening;
        return await withDeadline(act(redis, fresh), COMMAND_MS, () => receivedBytes(redis));
      } catch (error) {
        // An error reply leaves the connection usable.
        if (!isReplyError(error)) drop(key, pooled);
        throw error;
      }
    },
    close() {
      for (const [key, old] of pool) drop(key, old);
    },
  };
}
