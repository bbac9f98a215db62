import type { QuarantineStore } from '../quarantine/quarantine.ts';
import type { Commands } from './commands.ts';
import { markKey, quarantineKey } from './quarantine-keys.ts';

/** Seconds for which an equal message counts as the same: longer than the delay between instances. */
const SAME_FOR = 60;
/** Seconds for which a quarantine exists after its last message. */
const KEPT_FOR = 7 * 24 * 3600;

/** One step, so that exactly one instance keeps the message, also if an instance dies. */
const KEEP = `if not redis.call('SET', KEYS[2], '', 'NX', 'EX', ${SAME_FOR}) then return 0 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ${KEPT_FOR})
return 1`;

/** @param entries kept for each route, approximately. */
export function createQuarantineWriter(commands: Commands, entries: number): QuarantineStore {
  return {
    async keep({ route, channel, reason, detail, at, message, bytes }) {
      const fields = { channel, reason, ...(detail !== undefined && { detail }), at, bytes };
      const keys = [quarantineKey(route), markKey(route, channel, message, bytes)];
      const words = [...keys, entries, ...Object.entries(fields).flat(), 'message', message];
      const kept = await commands.at(quarantineKey(route), (redis) => redis.eval(KEEP, 2, ...words));
      return kept === 1;
    },
  };
}
