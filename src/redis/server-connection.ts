import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { TlsFiles } from '../config/environment/tls-files.ts';
import type { HostAndPort, RedisLogin } from '../config/environment/redis-url.ts';
import { ConnectFailed, connectCauseOf } from './connect-cause.ts';
import { withDeadline } from './deadline.ts';
import { formatAddress } from './format-address.ts';
import { sendHandshake } from './handshake.ts';
import { isReplyError } from './reply-error.ts';

/** Login, database and encryption of a connection. */
export interface Access extends RedisLogin {
  readonly db?: number;
  /** Without it the connection is in plain text. */
  readonly tls?: TlsFiles;
}

/** For TCP, TLS and the handshake of Redis together. */
const CONNECT_MS = 2500;

/**
 * Connects once. The connection does not reconnect by itself: its user decides what follows.
 *
 * @param name of the connection in CLIENT LIST.
 * @throws ConnectFailed
 */
export async function openConnection(server: HostAndPort, access: Access, name: string): Promise<Redis> {
  let redis: Redis | undefined;
  let firstError: Error | undefined;
  try {
    const opening = new Redis(optionsFor(server, access));
    redis = opening;
    opening.on('error', (error: Error) => (firstError ??= error));
    const { username, password, db = 0 } = access;
    const login = { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
    await withDeadline(
      opening.connect().then(() => sendHandshake(opening, { ...login, db, name })),
      CONNECT_MS,
    );
    return opening;
  } catch (error) {
    redis?.disconnect();
    // An error reply says more than how the connection ended.
    const cause = connectCauseOf(isReplyError(error) ? error : (firstError ?? error), access.tls !== undefined);
    throw new ConnectFailed(formatAddress(server), cause);
  }
}

function optionsFor({ host, port }: HostAndPort, { tls }: Access) {
  return {
    host,
    port,
    // With 3 ioredis would send HELLO by itself.
    protocol: 2 as const,
    ...(tls && { tls: readTls(tls) }),
    lazyConnect: true,
    disableClientInfo: true,
    connectTimeout: CONNECT_MS,
    retryStrategy: null,
    autoResubscribe: false,
    enableOfflineQueue: false,
    // The check needs INFO. A server that is still loading its data delivers messages like any other.
    enableReadyCheck: false,
    // A dead peer does not answer the end of the connection either.
    disconnectTimeout: 100,
    keepAlive: 10_000,
  };
}

/** Reads the files at each connect: certificates are renewed while the gateway runs. */
function readTls({ ca, certificate, key }: TlsFiles) {
  return {
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(certificate !== undefined && { cert: readFileSync(certificate) }),
    ...(key !== undefined && { key: readFileSync(key) }),
  };
}
