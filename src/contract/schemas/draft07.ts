import { isObject } from '../../schema/json.ts';
import { listOf } from '../../schema/all-of.ts';
import { mapSchemas } from './each-schema.ts';
import type { Schema } from './schema-bundle.ts';

/** The same rules in the words of draft-07, which many tools stop at. What it has no words for is left as it is. */
export function toDraft07(root: Schema): Schema {
  return mapSchemas(root, (schema) => withReferenceAlone(withDependencies(withTuple(schema))));
}

function withTuple({ prefixItems, items, ...rest }: Schema): Schema {
  if (!Array.isArray(prefixItems)) return items === undefined ? rest : { ...rest, items };
  return { ...rest, items: prefixItems, ...(items !== undefined && { additionalItems: items }) };
}

function withDependencies({ dependentRequired, dependentSchemas, ...rest }: Schema): Schema {
  if (dependentRequired === undefined && dependentSchemas === undefined) return rest;
  const names = isObject(dependentRequired) ? dependentRequired : {};
  const schemas = isObject(dependentSchemas) ? dependentSchemas : {};
  // A name in both has one place here: what it requires becomes part of its schema.
  const both = Object.entries(schemas).map(([name, schema]) => [
    name,
    Object.hasOwn(names, name) ? { allOf: [schema, { required: names[name] }] } : schema,
  ]);
  return { ...rest, dependencies: { ...names, ...Object.fromEntries(both) } };
}

/** Draft-07 ignores the keywords next to a `$ref`. */
function withReferenceAlone({ $ref: ref, allOf, ...rest }: Schema): Schema {
  if (ref === undefined) return allOf === undefined ? rest : { ...rest, allOf };
  if (allOf === undefined && Object.keys(rest).length === 0) return { $ref: ref };
  return { ...rest, allOf: [{ $ref: ref }, ...listOf(allOf)] };
}
