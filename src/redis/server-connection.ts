import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { TlsFiles } from '../config/tls-files.ts';
import type { HostAndPort, RedisLogin } from '../config/redis-url.ts';
import { answered, NoAnswer } from './patience.ts';

/** How to speak to a server, and as whom. */
export interface Access extends RedisLogin {
  readonly db?: number;
  /** Nothing: in plain text. */
  readonly tls?: TlsFiles;
}

/** For all of it: TCP, TLS and who we are. */
const CONNECT_MS = 2500;

/** One attempt. What was opened does not open itself again: whoever uses it decides what comes next. */
export async function openConnection(place: HostAndPort, access: Access, name: string): Promise<Redis> {
  let redis: Redis | undefined;
  let cause: Error | undefined;
  try {
    redis = new Redis(optionsFor(place, access, name));
    redis.on('error', (error: Error) => (cause ??= error));
    await answered(redis.connect(), CONNECT_MS);
    return redis;
  } catch (error) {
    redis?.disconnect();
    throw new ConnectFailed(place, cause ?? error);
  }
}

/** Tells where and why; never with what password. */
export class ConnectFailed extends Error {
  /** Redis knows us not, or does not let us. */
  readonly refused: boolean;

  constructor({ host, port }: HostAndPort, cause: unknown) {
    // Its words alone: the error object holds the command, and that of AUTH the password.
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    super(`${host}:${port}: ${cause instanceof NoAnswer ? 'no answer' : reason}`);
    this.name = 'ConnectFailed';
    this.refused = /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH)/.test(reason);
  }
}

function optionsFor({ host, port }: HostAndPort, { username, password, db = 0, tls }: Access, name: string) {
  return {
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: readTls(tls) }),
    lazyConnect: true,
    connectionName: name,
    disableClientInfo: true,
    connectTimeout: CONNECT_MS,
    retryStrategy: null,
    autoResubscribe: false,
    enableOfflineQueue: false,
    // It would need INFO. A server that still loads its data passes messages on like any other.
    enableReadyCheck: false,
    // A peer that is gone says no goodbye either.
    disconnectTimeout: 100,
    keepAlive: 10_000,
  };
}

/** Read when connecting: certificates are renewed while the gateway runs. */
function readTls({ ca, certificate, key }: TlsFiles) {
  return {
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(certificate !== undefined && { cert: readFileSync(certificate) }),
    ...(key !== undefined && { key: readFileSync(key) }),
  };
}
