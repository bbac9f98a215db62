import type { Redis } from 'ioredis';
import type { RedisLogin } from '../config/environment/redis-url.ts';

export interface Handshake extends RedisLogin {
  readonly db: number;
  /** Name of the connection in CLIENT LIST. */
  readonly name: string;
}

/** The reply of a server without a password to AUTH. DENIED (protected mode) has similar words. */
const NEEDLESS_PASSWORD = /^ERR (Client sent AUTH, but no password is set|AUTH <password> called without any password)/;
/** The reply to SETNAME without the right, or without the command: the name is optional. */
const NAMELESS = /^(NOPERM|ERR unknown)/i;

/**
 * Sends AUTH, SELECT and SETNAME in one write. ioredis takes two: a server that refuses the connection (protected mode, too
 * many clients) replies and closes, the second write fails, and ioredis discards the reply unread. It also takes DENIED for
 * a needless password, and prints to the console.
 */
export async function sendHandshake(redis: Redis, { username, password, db, name }: Handshake): Promise<void> {
  const commands = redis.pipeline();
  if (username !== undefined) commands.auth(username, password ?? '');
  else if (password !== undefined) commands.auth(password);
  if (db !== 0) commands.select(db);
  commands.client('SETNAME', name);
  const replies = (await commands.exec()) ?? [];
  const last = replies.length - 1;
  for (const [i, [error]] of replies.entries()) {
    if (error && !(i === last ? NAMELESS : NEEDLESS_PASSWORD).test(error.message)) throw error;
  }
}
