import type { Audience, TargetConfig } from '../config/routes/route-config.ts';
import type { Field } from '../config/routes/field.ts';
import { valueAt } from '../schema/json.ts';
import { exactInteger } from './json-number.ts';
import { itemsOf, sliceAt } from './json-text.ts';
import { audienceRoom, userOfRoom, userRoom } from './rooms.ts';
import { isRounded, type UserId, type UserIds } from './user-id.ts';

/** User ids that a message names, and how many of its values are not user ids. */
export interface NamedUsers {
  readonly users: ReadonlySet<UserId>;
  /** How many values in target fields are not user ids. */
  readonly skipped: number;
  /** The message names more ids than allowed; then no user is a recipient. */
  readonly tooMany: boolean;
  /** One of the skipped values is an integer that JSON.parse has rounded. */
  readonly rounded: boolean;
}

/** The recipients of a message. Without rooms the message has none. */
export interface Recipients extends Omit<NamedUsers, 'users'> {
  readonly kind: 'recipients';
  readonly rooms: readonly string[];
  /** Rooms whose members are no recipients. */
  readonly except: readonly string[];
  /** A field of `except` holds a value that is no user id: who is no recipient is not known, so there is none. */
  readonly unclear?: true;
}

/** @param oddText the message's text, where its numbers may be rounded. */
export type Target = (message: unknown, maxIds: number, oddText?: string) => Recipients;

const NONE: readonly string[] = Object.freeze([]);

/** Compiles what finds the recipients of each message; those of a broadcast are always the same. */
export function compileTarget(target: TargetConfig, audience: Audience, ids: UserIds): Target {
  if (target.kind === 'users') {
    const { fields } = target;
    return (message, maxIds, oddText) => {
      const { users, skipped, tooMany, rounded } = usersIn(message, fields, ids, maxIds, oddText);
      return { kind: 'recipients', rooms: Array.from(users, userRoom), except: NONE, skipped, tooMany, rounded };
    };
  }
  const rooms = Object.freeze([audienceRoom(audience)]);
  const everyone = Object.freeze({
    kind: 'recipients',
    rooms,
    except: NONE,
    skipped: 0,
    tooMany: false,
    rounded: false,
  });
  return () => everyone;
}

/** Takes users out of the recipients of a target. @param except fields that name them. */
export function withoutUsers(target: Target, except: readonly Field[], ids: UserIds): Target {
  return (message, maxIds, oddText) => {
    const found = target(message, maxIds, oddText);
    const { users, skipped, tooMany, rounded } = usersIn(message, except, ids, maxIds, oddText);
    if (tooMany || skipped > 0)
      return { ...found, rooms: NONE, skipped: found.skipped + skipped, tooMany, rounded, unclear: true };
    const rooms = Array.from(users, userRoom);
    const left = found.rooms.filter((room) => !rooms.includes(room));
    // Named users are taken out of the list here, and members of an audience when the event is sent.
    return { ...found, rooms: left, except: left.some((room) => userOfRoom(room) === undefined) ? rooms : NONE };
  };
}

/** Takes users out of those that a control route names; an unclear exception leaves none. */
export function namedWithout(named: NamedUsers, except: NamedUsers): NamedUsers {
  const isUnclear = except.tooMany || except.skipped > 0;
  const users = isUnclear ? [] : [...named.users].filter((user) => !except.users.has(user));
  return {
    users: new Set(users),
    skipped: named.skipped + except.skipped,
    tooMany: named.tooMany || except.tooMany,
    rounded: named.rounded || except.rounded,
  };
}

/** Finds the user ids in the target fields of a message. */
export function usersIn(
  message: unknown,
  fields: readonly Field[],
  ids: UserIds,
  maxIds: number,
  oddText: string | undefined,
): NamedUsers {
  const users = new Set<UserId>();
  let named = 0;
  let skipped = 0;
  let rounded = false;
  const add = (value: unknown, { optional }: Field): void => {
    const user = ids.parse(value);
    if (user !== undefined) users.add(user);
    else if (!(optional && ids.isNobody(value))) {
      skipped += 1;
      if (isRounded(value)) rounded = true;
    }
  };
  for (const field of fields) {
    const found = valueAt(message, field.path);
    if (field.optional && (found === undefined || found === null)) continue;
    named += Array.isArray(found) ? found.length : 1;
    if (named > maxIds) return { users: new Set(), skipped: 0, tooMany: true, rounded: false };
    const value = oddText === undefined ? found : exactly(found, oddText, field.path);
    if (Array.isArray(value) && value.length > 0) for (const item of value) add(item, field);
    else add(value, field);
  }
  return { users, skipped, tooMany: false, rounded };
}

/** The value of a target field with numbers as they are written: one that is not written as an integer is NaN. */
export function exactly(value: unknown, text: string, path: readonly string[]): unknown {
  if (typeof value === 'number') return exactInteger(sliceAt(text, path) ?? '');
  if (!Array.isArray(value) || !value.some((item) => typeof item === 'number')) return value;
  const texts = itemsOf(sliceAt(text, path) ?? '');
  return value.map((item: unknown, index) => (typeof item === 'number' ? exactInteger(texts[index] ?? '') : item));
}
