import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { readTls } from './server-connection.ts';
import { accessTo, type RedisTarget } from './topology.ts';

/** A client that finds the server for each command by itself, and comes back by itself. */
export type RedisClient = Redis | Cluster;

const CONNECT_MS = 5000;
const SENTINEL_ANSWER_MS = 1000;
/** Longest pause between two attempts to connect: Redis is found within seconds of its return. */
const LONGEST_PAUSE_MS = 2000;

/** Connects when told to. Commands are not queued: while there is no connection they fail. */
export function createClient(target: RedisTarget, name: string): RedisClient {
  const { address } = target;
  const options = { ...optionsFor(target), connectionName: name };
  if (address.kind === 'cluster') {
    return new Cluster([...address.nodes], {
      redisOptions: options,
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: pauseBefore,
    });
  }
  return new ReturningRedis({ ...options, ...placeOf(target), retryStrategy: pauseBefore });
}

function optionsFor(target: RedisTarget) {
  const { username, password, db, tls } = accessTo(target);
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(db !== undefined && { db }),
    ...(tls && { tls: readTls(tls) }),
    lazyConnect: true,
    disableClientInfo: true,
    connectTimeout: CONNECT_MS,
    // A peer that is gone says no goodbye either.
    disconnectTimeout: 100,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
  };
}

function placeOf({ address, tlsFiles }: RedisTarget) {
  if (address.kind !== 'sentinel') return address.kind === 'single' ? { ...address.server } : {};
  const { username, password } = address.sentinelLogin;
  return {
    sentinels: [...address.sentinels],
    name: address.master,
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(address.tls && { sentinelTLS: readTls(tlsFiles), enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: SENTINEL_ANSWER_MS,
    sentinelRetryStrategy: pauseBefore,
    // A master that hangs or was cut off keeps its connections; the sentinels tell that it is one no more.
    failoverDetector: true,
  };
}

/** While a stock client looks for a master, an interruption ends it for good, even one that asks it to come back. */
class ReturningRedis extends Redis {
  #closed = false;

  constructor(options: RedisOptions & { readonly replyMapping?: 'legacy' }) {
    super(options);
    this.on('end', () => {
      if (!this.#closed) setTimeout(() => this.#comeBack(), pauseBefore(1));
    });
  }

  override disconnect(reconnect = false): void {
    this.#closed = !reconnect;
    super.disconnect(reconnect);
  }

  #comeBack(): void {
    if (!this.#closed) this.connect().catch(() => undefined);
  }
}

function pauseBefore(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}
