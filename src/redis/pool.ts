import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { withDeadline } from './deadline.ts';
import { receivedBytes } from './progress.ts';

/** Connections for commands, one to each place. A command is answered soon or fails; none waits for better times. */
export interface Pool {
  /** @param act gets the connection, and whether it was opened for this. */
  use<T>(place: HostAndPort, act: (redis: Redis, fresh: boolean) => Promise<T>): Promise<T>;
  /** Of all connections; the next use opens a new one. */
  close(): void;
}

interface Kept {
  readonly opening: Promise<Redis>;
  uses: number;
}

/** Milliseconds without a byte. */
const COMMAND_MS = 1500;

/** @param lifetime uses after which a connection is replaced. */
export function createPool(open: (place: HostAndPort) => Promise<Redis>, lifetime = Infinity): Pool {
  const kept = new Map<string, Kept>();

  function take(key: string, place: HostAndPort): Kept {
    const old = kept.get(key);
    if (old && old.uses < lifetime) return old;
    if (old) drop(key, old);
    const fresh: Kept = { opening: open(place), uses: 0 };
    kept.set(key, fresh);
    // One that cannot be opened fails where it is used.
    fresh.opening.then((redis) => redis.once('end', () => forget(key, fresh))).catch(() => undefined);
    return fresh;
  }

  function forget(key: string, old: Kept): void {
    if (kept.get(key) === old) kept.delete(key);
  }

  function drop(key: string, old: Kept): void {
    forget(key, old);
    old.opening.then((redis) => redis.disconnect()).catch(() => undefined);
  }

  return {
    async use(place, act) {
      const key = nameOf(place);
      const mine = take(key, place);
      mine.uses += 1;
      const fresh = mine.uses === 1;
      try {
        const redis = await mine.opening;
        return await withDeadline(act(redis, fresh), COMMAND_MS, () => receivedBytes(redis));
      } catch (error) {
        // A refused command leaves the connection as it was.
        if (!isReply(error)) drop(key, mine);
        throw error;
      }
    },
    close() {
      for (const [key, old] of kept) drop(key, old);
    },
  };
}

/** Redis answered, with a no. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The reply as it is, with the server that gave it, for the log. */
export function repliedBy(place: HostAndPort, reply: Error): Error {
  return Object.assign(reply, { server: nameOf(place) });
}

export function nameOf({ host, port }: HostAndPort): string {
  return `${host}:${port}`;
}
