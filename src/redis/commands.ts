import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { createHeartbeat } from './heartbeat.ts';
import { DeadlineExceeded } from './deadline.ts';
import { createPool, isReply, nameOf, repliedBy } from './pool.ts';
import { receivedBytes } from './progress.ts';
import { atHolder, type Holder } from './redirection.ts';
import { ConnectFailed, openConnection } from './server-connection.ts';
import { accessTo, createTopology, type RedisTarget } from './topology.ts';

/** Connections for commands that all share, one to each server that holds keys. They are made when first needed. */
export interface Commands {
  /**
   * Has one command run at the server that holds the key; further keys have the same hash tag. It is not
   * queued: while there is no connection this rejects, after a moment, and where no byte has come from the server for a
   * while. A long answer on a slow link is waited for. `act` is called again where the server redirects.
   */
  at<T>(key: string, act: (redis: Redis) => Promise<T>): Promise<T>;
  close(): void;
}

/** After an attempt to connect that failed, commands fail at once for so long. */
const RETRY_MS = 250;
const RETRY_REFUSED_MS = 1500;

/** @param failed told of each attempt to connect that failed, and of a cluster or sentinels that cannot be asked. */
export function createCommands(target: RedisTarget, name: string, failed: (error: unknown) => void): Commands {
  const topology = createTopology(target);
  const access = accessTo(target);
  const failures = new Map<string, { readonly error: unknown; readonly until: number }>();
  const pool = createPool(async (place) => {
    const recent = failures.get(nameOf(place));
    if (recent && performance.now() < recent.until) throw recent.error;
    try {
      return withHeartbeat(await openConnection(place, access, name));
    } catch (error) {
      const isRefused = error instanceof ConnectFailed && error.refused;
      failures.set(nameOf(place), { error, until: performance.now() + (isRefused ? RETRY_REFUSED_MS : RETRY_MS) });
      throw error;
    }
  });

  async function send<T>({ place, asking }: Holder, act: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await pool.use(place, async (redis) => {
        const [, result] = await Promise.all([asking && redis.call('ASKING'), act(redis)]);
        return result;
      });
    } catch (error) {
      throw withPlace(error, place);
    }
  }

  return {
    async at(key, act) {
      try {
        return await atHolder(topology, key, (holder) => send(holder, act));
      } catch (error) {
        if (!isReply(error)) failed(error);
        throw error;
      }
    },
    close() {
      pool.close();
      topology.close();
    },
  };
}

/** Else a link that is dead would be noticed by the first command that needs it. */
function withHeartbeat(redis: Redis): Redis {
  const heartbeat = createHeartbeat(
    {
      get status() {
        return redis.status;
      },
      ping: () => redis.ping(),
      received: () => receivedBytes(redis),
    },
    () => redis.disconnect(),
  );
  redis.once('end', heartbeat.stop);
  heartbeat.start();
  return redis;
}

export function withPlace(error: unknown, place: HostAndPort): unknown {
  if (isReply(error)) return repliedBy(place, error);
  if (error instanceof ConnectFailed) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const what = error instanceof DeadlineExceeded ? 'no answer' : reason;
  return new Error(`${nameOf(place)}: ${what}`, { cause: error });
}
