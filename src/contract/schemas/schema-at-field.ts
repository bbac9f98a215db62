import { isObject } from '../../schema/json.ts';
import { flattenAllOf, listOf, type Node, type SchemaPlace } from '../../schema/all-of.ts';
import { typesOf } from './json-type.ts';
import type { SchemaBundle } from './schema-bundle.ts';

/** What a schema says of the field at a path. */
export interface SchemaAtField {
  readonly schema: unknown;
  /** Whether each message has it. */
  readonly certain: boolean;
}

export function schemaAtField(bundle: SchemaBundle, root: SchemaPlace, path: readonly string[]): SchemaAtField {
  const { places, certain } = placesAt(root, path);
  return { schema: together(places.map((place) => bundle.enter(place))), certain };
}

/** Returns the schemas that apply together to the field at a path, and whether each message has it. */
export function placesAt(
  root: SchemaPlace,
  path: readonly string[],
): { readonly places: readonly SchemaPlace[]; readonly certain: boolean } {
  let places: readonly SchemaPlace[] = [root];
  let certain = true;
  for (const [depth, segment] of path.entries()) {
    const nodes = places.flatMap((place) => flattenAllOf(place));
    certain &&= isCertain(nodes, segment, depth === 0);
    places = nodes.flatMap((node) => members(node, segment));
  }
  return { places, certain };
}

export function together(schemas: readonly unknown[]): unknown {
  const [first, ...rest] = schemas;
  if (first === undefined) return {};
  return rest.length === 0 ? first : { allOf: schemas };
}

const INDEX = /^(0|[1-9]\d{0,5})$/;

/** What is said of the member `name`; of an undeclared one, what is said of undeclared ones. */
function members(node: Node, name: string): SchemaPlace[] {
  const { properties, additionalProperties, items, prefixItems } = node.schema;
  const item = INDEX.test(name) ? (listOf(prefixItems)[Number(name)] ?? items) : undefined;
  const property = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
  return [property, item].filter(isObject).map((schema) => ({ ...node, schema }));
}

/** A required member is missing all the same where its parent is null, text or a number. */
function isCertain(nodes: readonly Node[], name: string, isMessage: boolean): boolean {
  const types = isMessage ? ['object'] : typesOf(nodes);
  if (types === undefined) return false;
  return types.every((type) => {
    if (type === 'object') return nodes.some(({ schema }) => listOf(schema['required']).includes(name));
    return (
      type === 'array' && INDEX.test(name) && nodes.some(({ schema }) => Number(schema['minItems']) > Number(name))
    );
  });
}
