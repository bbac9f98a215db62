import { isObject } from './json.ts';

/** A JSON Schema file: `uri` is its file URL, which replaces any `$id` of its own. */
export interface SchemaFile {
  readonly uri: string;
  readonly json: unknown;
}

export interface Subschema {
  readonly path: readonly string[];
  readonly schema: Readonly<Record<string, unknown>>;
}

// Keywords of JSON Schema 2020-12 that contain schemas.
const IN_VALUE = new Set([
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'items',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const IN_LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const IN_MAP = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** Iterates over every schema object of a file, the outermost first. */
export function* subschemas(schema: unknown, path: readonly string[] = []): Generator<Subschema> {
  if (!isObject(schema)) return;
  yield { path, schema };
  for (const [key, value] of Object.entries(schema)) {
    for (const child of childrenOf(key, value)) yield* subschemas(child.value, [...path, key, ...child.path]);
  }
}

// Keywords whose schemas apply to the same value as the schema that contains them.
const IN_PLACE = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas']);

/** Iterates over the schema and the inner schemas that apply to the same value. */
export function* inPlaceSchemas(schema: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (!isObject(schema)) return;
  yield schema;
  for (const [key, value] of Object.entries(schema)) {
    if (IN_PLACE.has(key)) for (const child of childrenOf(key, value)) yield* inPlaceSchemas(child.value);
  }
}

function childrenOf(key: string, value: unknown): { path: string[]; value: unknown }[] {
  if (IN_VALUE.has(key)) return [{ path: [], value }];
  if (IN_LIST.has(key) && Array.isArray(value))
    return value.map((item: unknown, index) => ({ path: [String(index)], value: item }));
  if (IN_MAP.has(key) && isObject(value))
    return Object.entries(value).map(([name, item]) => ({ path: [name], value: item }));
  return [];
}
