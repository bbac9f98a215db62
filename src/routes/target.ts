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

/** Users that a message names. */
export interface NamedUsers extends Omit<Recipients, 'rooms'> {
  readonly users: ReadonlySet<UserId>;
}

/** What names the recipients of each message; a broadcast's are known beforehand. */
export function compileTarget(target: TargetConfig, audience: Audience): Target {
  if (target.kind === 'users') {
    const { fields } = target;
    return (message, maxIds) => {
      const { users, ...rest } = usersIn(message, fields, maxIds);
      return { rooms: Array.from(users, userRoom), ...rest };
    };
  }
  const everyone = Object.freeze({ rooms: Object.freeze([AUDIENCE_ROOMS[audience]]), skipped: 0 });
  return () => everyone;
}

export function usersIn(message: unknown, fields: readonly Field[], maxIds: number): NamedUsers {
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
    if (named > maxIds) return { users: new Set(), skipped: 0, tooMany: true };
    if (Array.isArray(value)) for (const item of value) add(item);
    else add(value);
  }
  return { users, skipped };
}
