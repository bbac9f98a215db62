import { isObject } from '../../schema/json.ts';
import { parseField, type Field } from './field.ts';

/** What a field is compared with; a list or an object is never equal. */
export type WhenValue = string | number | boolean | null;

/** A field of the message as published that must be there, with one of these values. */
export interface WhenField {
  readonly field: Field;
  readonly values: readonly WhenValue[];
}

/** Which messages of its channel a route takes. */
export type WhenConfig =
  /** The short form: all fields hold. */
  | { readonly kind: 'fields'; readonly fields: readonly WhenField[] }
  /** The message matches an inline JSON Schema. */
  | { readonly kind: 'matches'; readonly schema: Readonly<Record<string, unknown>> };

/** Reads `when` of a route; undefined for a route that takes every message. */
export function readWhen(when: unknown): WhenConfig | undefined {
  if (!isObject(when)) return undefined;
  const { matches } = when;
  if (isObject(matches)) return { kind: 'matches', schema: matches };
  const fields = Object.entries(when).map(([name, value]) => ({ field: parseField(name), values: valuesOf(value) }));
  return { kind: 'fields', fields };
}

function valuesOf(value: unknown): WhenValue[] {
  return (Array.isArray(value) ? value : [value]).filter(isWhenValue);
}

export function isWhenValue(value: unknown): value is WhenValue {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The same field may be written as a name and as a pointer. */
export function fieldKey({ path }: Pick<Field, 'path'>): string {
  return JSON.stringify(path);
}

/**
 * Returns whether no message can be for both: a field of the short forms must have values of which none is in both. Of an
 * inline schema that is not known.
 */
export function areDisjoint(a: WhenConfig | undefined, b: WhenConfig | undefined): boolean {
  if (a?.kind !== 'fields' || b?.kind !== 'fields') return false;
  return a.fields.some(({ field, values }) =>
    b.fields.some((other) => isSame(other.field, field) && !other.values.some((one) => values.includes(one))),
  );
}

function isSame({ path: a }: Field, { path: b }: Field): boolean {
  return a.length === b.length && a.every((segment, index) => segment === b[index]);
}

/** Returns `when` as a routes file has it. */
export function writtenWhen(when: WhenConfig): object {
  if (when.kind === 'matches') return { matches: when.schema };
  return Object.fromEntries(
    when.fields.map(({ field, values }) => [field.text, values.length === 1 ? values[0] : values]),
  );
}

/** Returns whether each message of the first is one of the second too, as far as that is known. */
export function isWithin(a: WhenConfig | undefined, b: WhenConfig | undefined): boolean {
  if (b === undefined) return true;
  if (a?.kind !== 'fields' || b.kind !== 'fields') return false;
  return b.fields.every(({ field, values }) =>
    a.fields.some((one) => isSame(one.field, field) && one.values.every((value) => values.includes(value))),
  );
}

/** `status is "sold" and kind is "a" or "b"`. */
export function whenText(when: WhenConfig): string {
  if (when.kind === 'matches') return 'a schema';
  return when.fields.map(({ field, values }) => `${field.text} is ${anyOf(values)}`).join(' and ');
}

const MOST_VALUES = 5;

/** `"sold" or "bought"`; of many values the first. */
export function anyOf(values: readonly WhenValue[]): string {
  const named = values.slice(0, MOST_VALUES).map((value) => JSON.stringify(value));
  const rest = values.length - named.length;
  return `${named.join(' or ')}${rest > 0 ? ` or one of ${rest} more` : ''}`;
}
