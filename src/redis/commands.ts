import type { Redis } from 'ioredis';
import type { HostAndPort } from '../config/environment/redis-url.ts';
import { createConnectionPool } from './connection-pool.ts';
import { DeadlineExceeded } from './deadline.ts';
import { formatAddress } from './format-address.ts';
import { createHeartbeat } from './heartbeat.ts';
import { receivedBytes } from './received-bytes.ts';
import { atKeyOwner, type KeyOwner } from './redirection.ts';
import { accessTo, createTopology, type RedisTarget } from './redis-target.ts';
import { isReplyError, withServer } from './reply-error.ts';
import { ConnectFailed } from './connect-cause.ts';
import { openConnection } from './server-connection.ts';

/** Shared connections for commands, one to each server that has keys. They are opened when first needed. */
export interface Commands {
  /**
   * Runs one command at the server that has the key; further keys need the same hash tag. Nothing is queued: without a
   * connection this rejects within a moment, and it rejects where no byte is received for a while. A long reply on a slow
   * link is waited for. `act` is called again where the server redirects.
   */
  at<T>(key: string, act: (redis: Redis) => Promise<T>): Promise<T>;
  close(): void;
}

/** After a failed attempt to connect, commands fail immediately for so long. */
const RETRY_MS = 250;
const RETRY_REFUSED_MS = 1500;

/**
 * @param name of the connections in CLIENT LIST.
 * @param failed called for each failed attempt to connect, and where no node of a cluster or no sentinel answers.
 */
export function createCommands(target: RedisTarget, name: string, failed: (error: unknown) => void): Commands {
  const topology = createTopology(target);
  const access = accessTo(target);
  const failures = new Map<string, { readonly error: unknown; readonly until: number }>();
  const pool = createConnectionPool(async (server) => {
    const recent = failures.get(formatAddress(server));
    if (recent && performance.now() < recent.until) throw recent.error;
    try {
      return withHeartbeat(await openConnection(server, access, name));
    } catch (error) {
      const isRefused = error instanceof ConnectFailed && error.reason.refused;
      const until = performance.now() + (isRefused ? RETRY_REFUSED_MS : RETRY_MS);
      failures.set(formatAddress(server), { error, until });
      throw error;
    }
  });

  async function send<T>({ server, asking }: KeyOwner, act: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await pool.use(server, async (redis) => {
        const [, result] = await Promise.all([asking && redis.call('ASKING'), act(redis)]);
        return result;
      });
    } catch (error) {
      throw namingServer(error, server);
    }
  }

  return {
    async at(key, act) {
      try {
        return await atKeyOwner(topology, key, (owner) => send(owner, act));
      } catch (error) {
        if (!isReplyError(error)) failed(error);
        throw error;
      }
    },
    close() {
      pool.close();
      topology.close();
    },
  };
}

/** Closes a dead link before a command needs it. */
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

/** Adds the server to an error. */
export function namingServer(error: unknown, server: HostAndPort): unknown {
  if (isReplyError(error)) return withServer(error, server);
  if (error instanceof ConnectFailed) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const text = error instanceof DeadlineExceeded ? 'no answer' : reason;
  return new Error(`${formatAddress(server)}: ${text}`, { cause: error });
}
