import { isObject } from '../../schema/json.ts';
import { listOf } from '../../schema/all-of.ts';
import { toDraft07 } from '../schemas/draft07.ts';
import { mapSchemas } from '../schemas/each-schema.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

// Titles would name types, and two schemas may have the same one.
const NAMELESS = new Set(['title', 'examples', 'default']);

/** The schema as the compiler to TypeScript takes it, without what it would misunderstand. */
export function forCompiler(root: Schema): Schema {
  return toDraft07(
    mapSchemas(root, (schema) => {
      const kept = Object.fromEntries(Object.entries(schema).filter(([key]) => !NAMELESS.has(key)));
      return inPieces(isOpen(schema) ? { ...kept, additionalProperties: true } : kept);
    }),
  );
}

/** "Nothing but what is declared" is right for objects that declare something only. */
function isOpen(schema: Schema): boolean {
  const { type } = schema;
  const isObjectType = type === 'object' || (Array.isArray(type) && type.includes('object'));
  return isObjectType && !SAYS_FIELDS.some((keyword) => Object.hasOwn(schema, keyword));
}

const SAYS_FIELDS = ['properties', 'patternProperties', 'additionalProperties', '$ref', 'allOf', 'anyOf', 'oneOf'];
const SAYS_MORE = ['properties', 'patternProperties', 'additionalProperties', 'items', 'prefixItems', 'enum', 'const'];

/** Of `properties`, `$ref`, `allOf` and `anyOf` side by side the compiler takes one only. */
function inPieces({ $ref: ref, allOf, anyOf, oneOf, description, deprecated, ...own }: Schema): Schema {
  const pieces = [
    ...(ref === undefined ? [] : [{ $ref: ref }]),
    ...listOf(allOf),
    ...(anyOf === undefined ? [] : [{ anyOf }]),
    ...(oneOf === undefined ? [] : [{ oneOf }]),
  ];
  const words = { ...(description !== undefined && { description }), ...(deprecated !== undefined && { deprecated }) };
  if (pieces.length === 0) return { ...own, ...words };
  // That it is an object is said by each of the others.
  const says = (own['type'] ?? 'object') !== 'object' || SAYS_MORE.some((keyword) => Object.hasOwn(own, keyword));
  const all = says ? [...pieces, own] : pieces;
  const [first] = all;
  return all.length === 1 && isObject(first) ? { ...first, ...words } : { ...words, allOf: all };
}
