import type { RedisAddress } from '../config/variable-types.ts';

/** Where to connect and as whom, in the words of ioredis. */
export function addressOptions({ host, port, db, username, password, tls }: RedisAddress) {
  return {
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
}
