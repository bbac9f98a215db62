import type { Audience, TargetConfig } from '../config/routes/load-routes.ts';
import type { Field } from '../config/routes/field.ts';
import { valueAt } from '../schema/json.ts';
import { exactInteger } from './json-number.ts';
import { itemsOf, sliceAt } from './json-text.ts';
import { AUDIENCE_ROOMS, userRoom } from './rooms.ts';
import { isNobody, isRounded, toUserId, type UserId } from './user-id.ts';

/** Whom a message is for. No rooms: nobody. */
export interface Recipients {
  readonly rooms: readonly string[];
  /** Values in target fields that are no user ids. */
  readonly skipped: number;
  /** More ids than may be named; then nobody is served. */
  readonly tooMany?: true;
  /** One of the skipped is an integer that JSON.parse has rounded. */
  readonly rounded?: true;
}

/** @param oddText the message's text, where its numbers may be rounded. */
export type Target = (message: unknown, maxIds: number, oddText?: string) => Recipients;

/** Users that a message names. */
export interface NamedUsers extends Omit<Recipients, 'rooms'> {
  readonly users: ReadonlySet<UserId>;
}

/** What names the recipients of each message; a broadcast's are known beforehand. */
export function compileTarget(target: TargetConfig, audience: Audience): Target {
  if (target.kind === 'users') {
    const { fields } = target;
    return (message, maxIds, oddText) => {
      const { users, ...rest } = usersIn(message, fields, maxIds, oddText);
      return { rooms: Array.from(users, userRoom), ...rest };
    };
  }
  const everyone = Object.freeze({ rooms: Object.freeze([AUDIENCE_ROOMS[audience]]), skipped: 0 });
  return () => everyone;
}

export function usersIn(
  message: unknown,
  fields: readonly Field[],
  maxIds: number,
  oddText: string | undefined,
): NamedUsers {
  const users = new Set<UserId>();
  let named = 0;
  let skipped = 0;
  let rounded = 0;
  const add = (value: unknown, { optional }: Field): void => {
    const user = toUserId(value);
    if (user !== undefined) users.add(user);
    else if (!(optional && isNobody(value))) {
      skipped += 1;
      if (isRounded(value)) rounded += 1;
    }
  };
  for (const field of fields) {
    const found = valueAt(message, field.path);
    if (field.optional && (found === undefined || found === null)) continue;
    named += Array.isArray(found) ? found.length : 1;
    if (named > maxIds) return { users: new Set(), skipped: 0, tooMany: true };
    const value = oddText === undefined ? found : exactly(found, oddText, field.path);
    if (Array.isArray(value) && value.length > 0) for (const item of value) add(item, field);
    else add(value, field);
  }
  return { users, skipped, ...(rounded > 0 && { rounded: true as const }) };
}

/** What a target field holds, with numbers as they are written: one that is no integer to the letter is NaN. */
export function exactly(value: unknown, text: string, path: readonly string[]): unknown {
  if (typeof value === 'number') return exactInteger(sliceAt(text, path) ?? '');
  if (!Array.isArray(value) || !value.some((item) => typeof item === 'number')) return value;
  const texts = itemsOf(sliceAt(text, path) ?? '');
  return value.map((item: unknown, index) => (typeof item === 'number' ? exactInteger(texts[index] ?? '') : item));
}
