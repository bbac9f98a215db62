import type { SchemaPlace } from '../../schema/all-of.ts';
import { isObject } from '../../schema/json.ts';
import { resolveReference } from '../../schema/references.ts';

/** A schema with what it refers to in the place of the reference: two that say the same compare equal. */
export function inlined(place: SchemaPlace, above: readonly string[] = []): unknown {
  const { schema, file, files } = place;
  if (Array.isArray(schema)) return schema.map((item: unknown) => inlined({ ...place, schema: item }, above));
  if (!isObject(schema)) return schema;
  const { $ref: ref, $defs: _, ...rest } = schema;
  const entries = Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const copied = entries.map(([key, value]) => [key, inlined({ ...place, schema: value }, above)]);
  const target = typeof ref === 'string' ? resolveReference(ref, file, files) : undefined;
  if (target === undefined) return Object.fromEntries(copied);
  // A loop is named by how far it leads back.
  const back = above.indexOf(target.key);
  const referred = back < 0 ? inlined({ ...target, files }, [target.key, ...above]) : { loop: back };
  return { ...Object.fromEntries(copied), $ref: referred };
}
