import type { UserIdKind } from '../schema/target-field.ts';

/** A user id in its one canonical form: decimal text (`uint64`), or the text itself (`text`). */
export type UserId = string;

/** The rules of one kind of user ids, by `identity.user_id` of the routes file. */
export interface UserIds {
  readonly kind: UserIdKind;
  /** What a user id is, to end a sentence. */
  readonly description: string;
  /** Returns undefined if `value` is not an id. */
  parse(value: unknown): UserId | undefined;
  /** Recognizes what publishers write for "no user": the zero values of Go, Java and PHP. */
  isNobody(value: unknown): boolean;
  /** The id as clients and publishers see it in JSON. */
  onWire(id: UserId): number | string;
}

const LARGEST = 2n ** 64n - 1n;
const CANONICAL = /^[1-9][0-9]{0,19}$/;
// Text of fewer digits is below LARGEST, without a comparison by BigInt.
const SAFE_DIGITS = 19;

/** `7` and `"7"` are one user; floats, rounded numbers, padded or signed text, lists and null are no ids. */
function parseUint64(value: unknown): UserId | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  if (typeof value !== 'string' || !CANONICAL.test(value)) return undefined;
  return value.length <= SAFE_DIGITS || BigInt(value) <= LARGEST ? value : undefined;
}

/** Lone surrogates are refused, too: UTF-8 has one text for all of them. */
const VISIBLE = /^[^\s\p{Cc}\p{Cs}]{1,128}$/u;

function isNobody(value: unknown): boolean {
  return value === null || value === 0 || value === '' || (Array.isArray(value) && value.length === 0);
}

export const USER_IDS: Readonly<Record<UserIdKind, UserIds>> = {
  uint64: {
    kind: 'uint64',
    description: 'a whole number from 1 to 2^64 - 1, as a number up to 2^53 - 1 or as decimal text',
    parse: parseUint64,
    isNobody: (value) => value === '0' || isNobody(value),
    // A JSON number if that is exact.
    onWire(id) {
      const number = Number(id);
      return Number.isSafeInteger(number) ? number : id;
    },
  },
  text: {
    kind: 'text',
    description: 'text of 1 to 128 characters without white space or control characters; a number is none',
    parse: (value) => (typeof value === 'string' && VISIBLE.test(value) ? value : undefined),
    isNobody,
    onWire: (id) => id,
  },
};

/** Returns whether a number is beyond 2^53 - 1, where JSON.parse returns one number for several. */
export function isRounded(value: unknown): boolean {
  return typeof value === 'number' && value > Number.MAX_SAFE_INTEGER;
}
