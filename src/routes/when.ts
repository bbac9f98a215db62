import { fieldKey, type WhenConfig, type WhenField, type WhenValue } from '../config/routes/when.ts';
import { valueAt } from '../schema/json.ts';
import type { Check } from '../schema/payload-schemas.ts';

/** A field that must be there with one of these values. */
export interface Condition {
  readonly key: string;
  readonly path: readonly string[];
  readonly values: ReadonlySet<unknown>;
}

/** Which messages of its channel a route takes. */
export interface When {
  /** The fields of the short form; empty for an inline schema. */
  readonly conditions: readonly Condition[];
  /** @param message as published. */
  holds(message: unknown): boolean;
}

/** @param matches validates against the inline schema of `when`. */
export function compileWhen(when: WhenConfig, matches: Check | undefined): When {
  if (when.kind === 'matches')
    return { conditions: [], holds: (message) => matches !== undefined && matches(message) === undefined };
  const conditions = when.fields.map(compileCondition);
  return { conditions, holds: (message) => allHold(conditions, message) };
}

function compileCondition({ field, values }: WhenField): Condition {
  return { key: fieldKey(field), path: field.path, values: new Set<WhenValue>(values) };
}

export function allHold(conditions: readonly Condition[], message: unknown): boolean {
  for (const { path, values } of conditions) if (!values.has(valueAt(message, path))) return false;
  return true;
}
