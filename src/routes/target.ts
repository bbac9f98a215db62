import type { Audience, TargetConfig } from '../config/routes-file.ts';
import type { Field } from '../config/field.ts';
import { valueAt } from '../schema/json.ts';
import { AUDIENCE_ROOMS, userRoom } from './rooms.ts';
import { toUserId, type UserId } from './user-id.ts';

/** Whom a message is for. No rooms: nobody. */
export interface Recipients {
  readonly rooms: readonly string[];
  /** Values in target fields that are no user ids. */
  readonly skipped: number;
  /** More ids than may be named; then nobody is served. */
  readonly tooMany?: true;
}

export type Target = (message: unknown, maxIds: number) => Recipients;

const TOO_MANY: Recipients = Object.freeze({ rooms: [], skipped: 0, tooMany: true });

/** What names the recipients of each message; a broadcast's are known beforehand. */
export function compileTarget(target: TargetConfig, audience: Audience): Target {
  if (target.kind === 'users') return (message, maxIds) => recipientsIn(message, target.fields, maxIds);
  const everyone = Object.freeze({ rooms: Object.freeze([AUDIENCE_ROOMS[audience]]), skipped: 0 });
  return () => everyone;
}

function recipientsIn(message: unknown, fields: readonly Field[], maxIds: number): Recipients {
  const users = new Set<UserId>();
  let named = 0;
  let skipped = 0;
  const add = (value: unknown): void => {
    const user = toUserId(value);
    if (user === undefined) skipped += 1;
    else users.add(user);
  };
  for (const field of fields) {
    const value = valueAt(message, field.path);
    if (field.optional && (value === undefined || value === null)) continue;
    named += Array.isArray(value) ? value.length : 1;
    if (named > maxIds) return TOO_MANY;
    if (Array.isArray(value)) for (const item of value) add(item);
    else add(value);
  }
  return { rooms: Array.from(users, userRoom), skipped };
}
