import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../schema/json.ts';
import { toPointer } from '../../schema/pointer.ts';
import type { Violation } from '../../schema/shape.ts';

/** Numbers that YAML says and JSON would not: rounded beyond 2^53, or no numbers at all. */
export function inexactNumbers(value: unknown, path: readonly string[]): Violation[] {
  if (typeof value !== 'number')
    return entriesOf(value).flatMap(([key, inner]) => inexactNumbers(inner, [...path, key]));
  if (Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))) return [];
  const message = `a number that would be published as ${JSON.stringify(value)}. Write the id as text, or publish the message as raw`;
  return [{ kind: 'wrong-value', path, of: 'value', message }];
}

/** One place where two values differ; `undefined` where it is missing on a side. */
export interface Difference {
  /** JSON Pointer; "" is the whole value. */
  readonly at: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

export function differences(expected: unknown, seen: unknown, at = ''): Difference[] {
  if (isDeepStrictEqual(expected, seen)) return [];
  const alike = isObject(expected) ? isObject(seen) : Array.isArray(expected) && Array.isArray(seen);
  if (!alike) return [{ at, expected, seen }];
  const [wanted, found] = [new Map(entriesOf(expected)), new Map(entriesOf(seen))];
  const keys = [...new Set([...wanted.keys(), ...found.keys()])];
  return keys.flatMap((key) => differences(wanted.get(key), found.get(key), at + toPointer([key])));
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
