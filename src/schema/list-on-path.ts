import { alternatives } from './alternatives.ts';
import { flattenAllOf, type Node } from './all-of.ts';
import type { SchemaFiles } from './references.ts';
import { INDEX, membersAt, typesOf } from './target-field.ts';
import type { SchemaFile } from './walk.ts';

/**
 * Returns whether a step of `path` may lead into a list. A step that looks like an index needs proof that there is none; any
 * other step finds nothing in a list, so it matters only if one is declared.
 */
export function mayCrossList(main: SchemaFile, files: SchemaFiles, path: readonly string[]): boolean {
  // A message is an object, whatever its schema allows.
  const message: Node = { file: main, files, schema: { type: 'object' } };
  return crosses([message, ...flattenAllOf({ file: main, schema: main.json, files })], path);
}

function crosses(nodes: readonly Node[], path: readonly string[]): boolean {
  const [segment, ...rest] = path;
  if (segment === undefined) return false;
  return alternatives(nodes).some((here) => {
    const types = typesOf(here);
    if (types === undefined ? INDEX.test(segment) : types.includes('array')) return true;
    const inside = membersAt(here, segment).flatMap((place) => flattenAllOf(place));
    return types?.length !== 0 && crosses(inside, rest);
  });
}
