import type { Field } from '../../config/routes/field.ts';
import type { Audience } from '../../config/routes/route-config.ts';
import { audienceOfRoom, userOfRoom } from '../../routes/rooms.ts';
import { itemsOf, sliceAt } from '../../routes/json-text.ts';
import { exactly, usersIn } from '../../routes/target.ts';
import type { UserId, UserIds } from '../../routes/user-id.ts';
import { valueAt } from '../../schema/json.ts';

/** Who is meant by rooms: an audience, or users. */
export type Recipients = Audience | readonly UserId[];

export function recipientsOf(rooms: readonly string[]): Recipients {
  const [audience] = rooms.flatMap((room) => audienceOfRoom(room) ?? []);
  return audience ?? rooms.flatMap((room) => userOfRoom(room) ?? []);
}

/** An audience, to end "broadcast to …". */
export function audienceWords(audience: Audience): string {
  if (audience === 'anyone') return 'anyone';
  if (audience === 'authenticated') return 'authenticated clients';
  return `authenticated clients whose claim ${audience.claim} has ${JSON.stringify(audience.has)}`;
}

export function isUsers(recipients: Recipients): recipients is readonly UserId[] {
  return Array.isArray(recipients);
}

/** What a target field holds in one message. */
export interface FieldTarget {
  /** As the routes file has it. */
  readonly field: string;
  readonly users: readonly UserId[];
  /** Values that are no user ids. */
  readonly skipped: readonly unknown[];
  /** Their JSON as published: a number beyond 2^53 - 1 is another one in `skipped`. */
  readonly skippedText: readonly string[];
  /** One of them is such a number. */
  readonly rounded: boolean;
  /** Values that mean "no user" in an optional field, as published. */
  readonly nobody: readonly string[];
  /** Optional and not there, or null. */
  readonly absent: boolean;
}

/** Each field by itself, found as the running gateway finds it. @param text of the message. */
export function findTargets(fields: readonly Field[], message: unknown, text: string, ids: UserIds): FieldTarget[] {
  return fields.map((field) => {
    const { users, rounded } = usersIn(message, [field], ids, Infinity, text);
    const value = valueAt(message, field.path);
    const absent = field.optional && (value === undefined || value === null);
    const others = absent ? [] : itemsAt(message, text, field).filter((item) => ids.parse(item.exact) === undefined);
    const isZero = ({ exact }: Item): boolean => field.optional && ids.isNobody(exact);
    const skipped = others.filter((item) => !isZero(item));
    return {
      field: field.text,
      users: [...users],
      skipped: skipped.map(({ value: found }) => found),
      skippedText: skipped.map((item) => item.text),
      rounded,
      nobody: others.filter(isZero).map((item) => item.text),
      absent,
    };
  });
}

interface Item {
  readonly value: unknown;
  /** As its text has it. */
  readonly exact: unknown;
  readonly text: string;
}

/** The items of a list, or what else the field holds. */
function itemsAt(message: unknown, text: string, { path }: Field): Item[] {
  const value = valueAt(message, path);
  const written = sliceAt(text, path) ?? 'nothing';
  const exact = exactly(value, text, path);
  if (!Array.isArray(value) || !Array.isArray(exact) || value.length === 0) return [{ value, exact, text: written }];
  const texts = itemsOf(written);
  return value.map((item: unknown, index) => ({ value: item, exact: exact[index], text: texts[index] ?? '' }));
}
