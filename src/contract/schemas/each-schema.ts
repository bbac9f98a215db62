import { isObject } from '../../schema/json.ts';
import { subschemas } from '../../schema/walk.ts';
import type { Schema } from './schema-bundle.ts';

/** A copy with each schema in it changed, the innermost first; what only looks like a schema (an example) stays. */
export function mapSchemas(root: Schema, change: (schema: Schema) => Schema): Schema {
  const schemas = new Set<unknown>([...subschemas(root)].map(({ schema }) => schema));
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (!isObject(value)) return value;
    const copied = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
    return schemas.has(value) ? change(copied) : copied;
  };
  const all = copy(root);
  return isObject(all) ? all : root;
}
