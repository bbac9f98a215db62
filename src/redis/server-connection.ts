import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { TlsFiles } from '../config/environment/tls-files.ts';
import type { HostAndPort, RedisLogin } from '../config/environment/redis-url.ts';
import { causeOf } from './connect-cause.ts';
import { introduce } from './handshake.ts';
import { isReply } from './pool.ts';
import { withDeadline } from './deadline.ts';

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
    const opening = new Redis(optionsFor(place, access));
    redis = opening;
    opening.on('error', (error: Error) => (cause ??= error));
    const { username, password, db = 0 } = access;
    const login = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
    await withDeadline(
      opening.connect().then(() => introduce(opening, { ...login, db, name })),
      CONNECT_MS,
    );
    return opening;
  } catch (error) {
    redis?.disconnect();
    // A reply says more than how the connection ended.
    throw new ConnectFailed(place, causeOf(isReply(error) ? error : (cause ?? error), access.tls !== undefined));
  }
}

/** Tells where and why; never with what password. */
export class ConnectFailed extends Error {
  /** Redis does not know us, or does not let us in. */
  readonly refused: boolean;

  constructor({ host, port }: HostAndPort, cause: string) {
    super(`${host}:${port}: ${cause}`);
    this.name = 'ConnectFailed';
    this.refused = /^(WRONGPASS|NOAUTH|NOPERM|DENIED|ERR invalid password|ERR AUTH)/.test(cause);
  }
}

function optionsFor({ host, port }: HostAndPort, { tls }: Access) {
  return {
    host,
    port,
    // With 3 it would send HELLO on its own.
    protocol: 2 as const,
    ...(tls && { tls: readTls(tls) }),
    lazyConnect: true,
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
