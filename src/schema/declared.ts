import { listOf, type SchemaPlace } from './all-of.ts';
import { isObject } from './json.ts';
import { linearPattern } from './pattern.ts';
import { resolveReference } from './references.ts';
import { inPlaceSchemas } from './walk.ts';

/** Returns whether a schema mentions the property `name`, in any of its branches and references. */
export function declares(place: SchemaPlace, name: string, seen = new Set<unknown>()): boolean {
  return [...inPlaceSchemas(place.schema)].some((schema) => {
    if (seen.has(schema)) return false;
    seen.add(schema);
    const { $ref: ref } = schema;
    const target = typeof ref === 'string' ? resolveReference(ref, place.file, place.files) : undefined;
    return names(schema, name) || (target !== undefined && declares({ ...target, files: place.files }, name, seen));
  });
}

function names({ properties, patternProperties, required }: Readonly<Record<string, unknown>>, name: string): boolean {
  if (isObject(properties) && Object.hasOwn(properties, name)) return true;
  if (listOf(required).includes(name)) return true;
  return isObject(patternProperties) && Object.keys(patternProperties).some((text) => linearPattern(text).test(name));
}
