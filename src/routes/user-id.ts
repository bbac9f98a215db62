/** A uint64 above 0 as its canonical decimal text: `7` and `"7"` are one user, `"07"` is not a user id. */
export type UserId = string;

const LARGEST = 2n ** 64n - 1n;
const CANONICAL = /^[1-9][0-9]{0,19}$/;
// Text of fewer digits is below LARGEST, without a comparison by BigInt.
const SAFE_DIGITS = 19;

/** Returns undefined if `value` is not an id: floats, rounded numbers, padded or signed text, lists, null. */
export function toUserId(value: unknown): UserId | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  if (typeof value !== 'string' || !CANONICAL.test(value)) return undefined;
  return value.length <= SAFE_DIGITS || BigInt(value) <= LARGEST ? value : undefined;
}

/** Recognizes what publishers write for "no user": the zero values of Go, Java and PHP. */
export function isNobody(value: unknown): boolean {
  return value === null || value === 0 || value === '' || value === '0' || (Array.isArray(value) && value.length === 0);
}

/** Returns whether a number is beyond 2^53 - 1, where JSON.parse returns one number for several. */
export function isRounded(value: unknown): boolean {
  return typeof value === 'number' && value > Number.MAX_SAFE_INTEGER;
}

/** The id as clients see it: a JSON number if that is exact, otherwise the decimal text. */
export function idOnWire(id: UserId): number | string {
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : id;
}
