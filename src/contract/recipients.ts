import type { Field } from '../config/field.ts';
import type { Audience } from '../config/routes-file.ts';
import { AUDIENCE_ROOMS, userOfRoom } from '../routes/rooms.ts';
import { compileTarget } from '../routes/target.ts';
import { toUserId, type UserId } from '../routes/user-id.ts';
import { valueAt } from '../schema/json.ts';

/** Who is meant by rooms: an audience, or users. */
export type Recipients = Audience | readonly UserId[];

export function recipientsOf(rooms: readonly string[]): Recipients {
  const audience = (['anyone', 'authenticated'] as const).find((one) => rooms.includes(AUDIENCE_ROOMS[one]));
  return audience ?? rooms.flatMap((room) => userOfRoom(room) ?? []);
}

/** What a target field holds in one message. */
export interface FieldTarget {
  /** As the routes file has it. */
  readonly field: string;
  readonly users: readonly UserId[];
  /** Values that are no user ids. */
  readonly skipped: readonly unknown[];
  /** Optional and not there, or null. */
  readonly absent: boolean;
}

/** Each field by itself, found as the running gateway finds it. */
export function findTargets(fields: readonly Field[], message: unknown): FieldTarget[] {
  return fields.map((field) => {
    const { rooms, skipped } = compileTarget({ kind: 'users', fields: [field] }, 'authenticated')(message, Infinity);
    const value = valueAt(message, field.path);
    return {
      field: field.text,
      users: rooms.flatMap((room) => userOfRoom(room) ?? []),
      skipped: skipped === 0 ? [] : noIds(value),
      absent: field.optional && (value === undefined || value === null),
    };
  });
}

function noIds(value: unknown): unknown[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => toUserId(one) === undefined);
}
