import { isObject } from '../../schema/json.ts';
import { resolveReference } from '../../schema/references.ts';
import { listOf, type SchemaPlace } from '../../schema/all-of.ts';
import type { Schema, SchemaBundle } from './schema-bundle.ts';

type Paths = readonly (readonly string[])[];

// Speak of the whole value, with the fields that are gone. Left out: the schema then says less, and nothing wrong.
const OF_THE_WHOLE = [
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'dependentRequired',
  'minProperties',
  'const',
  'enum',
  'default',
];

/** The schema of what is left once these fields are taken off. */
export function withoutFields(bundle: SchemaBundle, place: SchemaPlace, paths: Paths): unknown {
  const { schema } = place;
  if (paths.length === 0 || !isObject(schema)) return bundle.enter(place);
  const at = (inner: unknown): SchemaPlace => ({ ...place, schema: inner });
  const { $ref: _ref, properties, required, allOf: _all, anyOf, oneOf, ...rest } = schema;
  const plain = bundle.enter(at(dropped(rest, OF_THE_WHOLE)));
  const each = (branches: unknown): unknown[] =>
    listOf(branches).map((branch) => withoutFields(bundle, at(branch), paths));
  return joined({
    ...(isObject(plain) && plain),
    ...(Array.isArray(required) && { required: required.filter((name) => !isGone(String(name), paths)) }),
    ...(isObject(properties) && { properties: remaining(bundle, place, properties, paths) }),
    ...(Array.isArray(anyOf) && { anyOf: each(anyOf) }),
    ...(Array.isArray(oneOf) && { oneOf: each(oneOf) }),
    allOf: togetherWith(place, schema).map((part) => withoutFields(bundle, part, paths)),
  });
}

/** What `$ref` and `allOf` add. */
function togetherWith(place: SchemaPlace, { $ref: ref, allOf }: Schema): SchemaPlace[] {
  const target = typeof ref === 'string' ? resolveReference(ref, place.file, place.files) : undefined;
  return [...(target ? [{ ...place, ...target }] : []), ...listOf(allOf).map((schema) => ({ ...place, schema }))];
}

function remaining(bundle: SchemaBundle, place: SchemaPlace, properties: Schema, paths: Paths): Schema {
  const kept = Object.entries(properties).filter(([name]) => !isGone(name, paths));
  return Object.fromEntries(
    kept.map(([name, schema]) => {
      const inside = paths.filter(([first]) => first === name).map((path) => path.slice(1));
      return [name, withoutFields(bundle, { ...place, schema }, inside)];
    }),
  );
}

function isGone(name: string, paths: Paths): boolean {
  return paths.some((path) => path.length === 1 && path[0] === name);
}

function dropped(schema: Schema, keywords: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keywords.includes(key)));
}

const ANNOTATIONS = new Set(['title', 'description', 'deprecated', 'examples', 'default']);

/** Without an `allOf` that has nothing to say, or is all that is said. */
function joined({ allOf, ...rest }: Schema): Schema {
  const [only, ...others] = listOf(allOf);
  if (only === undefined) return rest;
  const bare = Object.keys(rest).every((key) => ANNOTATIONS.has(key));
  return bare && others.length === 0 && isObject(only) ? { ...only, ...rest } : { ...rest, allOf };
}
