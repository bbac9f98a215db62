import type { Redis } from 'ioredis';
import type { RedisLogin } from '../config/environment/redis-url.ts';

export interface Introduction extends RedisLogin {
  readonly db: number;
  /** As the connection is named in CLIENT LIST. */
  readonly name: string;
}

/** A server without a password answers AUTH with this. DENIED (protected mode) has similar words. */
const NEEDLESS_PASSWORD = /^ERR (Client sent AUTH, but no password is set|AUTH <password> called without any password)/;
/** No right, or no such command: the name is a comfort only. */
const NAMELESS = /^(NOPERM|ERR unknown)/i;

/**
 * Says who we are, in one write. ioredis takes two: a server that refuses the connection (protected mode, too many
 * clients) replies and closes, the second write fails, and ioredis discards the reply unread. It also takes DENIED for
 * a needless password, and prints to the console.
 */
export async function introduce(redis: Redis, { username, password, db, name }: Introduction): Promise<void> {
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
