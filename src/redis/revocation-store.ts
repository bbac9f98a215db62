import type { RevocationStore } from '../auth/methods/jwt/revoked-tokens.ts';
import type { Commands } from './commands.ts';

/** Sorted set of users by the time of their revocation. */
const KEY = 'gw:revoked';

/** By the clock of Redis, which all instances share; a later revocation of a user wins. */
const ADD = `local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000) - ARGV[2]
for index = 3, #ARGV do redis.call('ZADD', KEYS[1], 'GT', at, ARGV[index]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return at`;

/** @param maxAge longest life of a token, in milliseconds. */
export function createRevocationStore(commands: Commands, maxAge: number): RevocationStore {
  return {
    async add(users, age) {
      const words = [String(maxAge), String(Math.round(age)), ...users];
      return Number(await commands.at(KEY, (redis) => redis.eval(ADD, '1', KEY, ...words)));
    },
    async read() {
      const flat = await commands.at(KEY, (redis) => redis.zrange(KEY, '0', '-1', 'WITHSCORES'));
      return new Map(flat.flatMap((user, at) => (at % 2 === 0 ? [[user, Number(flat[at + 1])] as const] : [])));
    },
  };
}
