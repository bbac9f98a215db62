import type { Redis } from 'ioredis';
import { formatAddress } from './format-address.ts';
import type { KeyOwner } from './redirection.ts';
import { accessTo, createTopology, type RedisTarget } from './redis-target.ts';
import { openConnection } from './server-connection.ts';

/** A connection to the server that has a key. */
export interface KeyConnection extends KeyOwner {
  readonly redis: Redis;
  /** Why the connection was lost; undefined while it is open. */
  lost: string | undefined;
}

/** One connection with a single user, to the server that has a key, also after the key has moved. */
export interface DedicatedConnection {
  /** Opens the connection if there is none. Rejects once after it was lost, or after the key has moved to another server. */
  current(): Promise<KeyConnection>;
  /** Replaces the connection by one to the server that an ASK reply names. */
  followAsk(ask: { readonly host: string; readonly port: string }, from: KeyConnection): Promise<KeyConnection>;
  /** Closes the connection; the next one is opened after a new look-up of the key. */
  drop(): void;
  close(): void;
}

/** @param failed called for each failed attempt to connect. */
export function createDedicatedConnection(
  target: RedisTarget,
  key: string,
  failed: (error: unknown) => void,
): DedicatedConnection {
  const topology = createTopology(target);
  let connection: KeyConnection | undefined;
  let closed = false;

  async function open(findOwner: () => Promise<KeyOwner>): Promise<KeyConnection> {
    try {
      const owner = await findOwner();
      const redis = await openConnection(owner.server, accessTo(target), 'websocket-gateway-stream');
      const opened: KeyConnection = { ...owner, redis, lost: undefined };
      redis.once('close', () => (opened.lost = 'the connection was closed'));
      if (closed) redis.disconnect();
      return opened;
    } catch (error) {
      topology.invalidate();
      failed(error);
      throw error;
    }
  }

  function drop(): void {
    connection?.redis.disconnect();
    connection = undefined;
    topology.invalidate();
  }

  return {
    async current() {
      connection ??= await open(async () => ({ server: await topology.ownerOf(key), asking: false }));
      if (connection.lost !== undefined) throw new Error(connection.lost);
      // After a failover the old master may still answer, while the sentinels name another one.
      const owner = connection.asking ? connection.server : await topology.ownerOf(key);
      if (formatAddress(owner) !== formatAddress(connection.server))
        throw new Error(`the key has moved to ${formatAddress(owner)}`);
      return connection;
    },
    async followAsk({ host, port }, from) {
      from.redis.disconnect();
      connection = undefined;
      connection = await open(async () => ({
        server: topology.resolveAddress(host, port, from.server),
        asking: true,
      }));
      return connection;
    },
    drop,
    close() {
      closed = true;
      drop();
      topology.close();
    },
  };
}
