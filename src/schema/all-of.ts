import { isObject } from './json.ts';
import { resolveReference, type SchemaFiles } from './references.ts';
import type { SchemaFile } from './walk.ts';

/** A schema with the files that are needed to resolve its references. */
export interface SchemaPlace {
  readonly file: SchemaFile;
  readonly files: SchemaFiles;
  readonly schema: unknown;
}

/** A place whose schema is an object. */
export interface Node extends SchemaPlace {
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Flattens `$ref` and `allOf`: returns the schema and all schemas that apply together with it. */
export function flattenAllOf(place: SchemaPlace, seen = new Set<unknown>()): Node[] {
  const { schema, file, files } = place;
  if (!isObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const { $ref: ref, allOf } = schema;
  const target = typeof ref === 'string' ? resolveReference(ref, file, files) : undefined;
  return [
    { ...place, schema },
    ...(target === undefined ? [] : flattenAllOf({ ...target, files }, seen)),
    ...listOf(allOf).flatMap((part) => flattenAllOf({ ...place, schema: part }, seen)),
  ];
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
