import { isObject } from '../schema/json.ts';
import { follow } from '../schema/references.ts';
import type { Place, Schema } from './schema-bundle.ts';

/** A place whose schema is an object. */
export interface Node extends Place {
  readonly schema: Schema;
}

/** The schema and all that must hold together with it, by `$ref` and `allOf`. */
export function conjuncts(place: Place, seen = new Set<unknown>()): Node[] {
  const { schema, file, files } = place;
  if (!isObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const { $ref: ref, allOf } = schema;
  const target = typeof ref === 'string' ? follow(ref, file, files) : undefined;
  return [
    { ...place, schema },
    ...(target === undefined ? [] : conjuncts({ ...target, files }, seen)),
    ...listOf(allOf).flatMap((part) => conjuncts({ ...place, schema: part }, seen)),
  ];
}

/** The types that all of them allow; nothing where none of them says. */
export function typesOf(nodes: readonly Node[]): readonly string[] | undefined {
  const [first, ...rest] = nodes.flatMap(({ schema: { type } }) =>
    type === undefined ? [] : [(Array.isArray(type) ? type : [type]).map(String)],
  );
  return first?.filter((type) => rest.every((others) => others.includes(type)));
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
