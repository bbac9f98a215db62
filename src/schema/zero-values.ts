import { alternatives } from './alternatives.ts';
import { flattenAllOf, type Node } from './all-of.ts';
import { linearPattern } from './pattern.ts';
import type { SchemaFiles } from './references.ts';
import { membersAt, typesOf, type UserIdKind } from './target-field.ts';
import type { SchemaFile } from './walk.ts';

type Zeros = readonly (readonly [type: string, value: unknown])[];

/** What publishers write for "no user", by type; among text ids "0" is an id. */
const ZEROS: Readonly<Record<UserIdKind, Zeros>> = {
  uint64: [
    ['null', null],
    ['integer', 0],
    ['string', ''],
    ['string', '0'],
    ['array', []],
  ],
  text: [
    ['null', null],
    ['string', ''],
    ['array', []],
  ],
};

/** Returns the zero values that the schema of a declared field refuses: null, and those of the types that it allows. */
export function refusedZeros(
  main: SchemaFile,
  files: SchemaFiles,
  path: readonly string[],
  ids: UserIdKind,
): unknown[] {
  const choices = choicesAt(flattenAllOf({ file: main, schema: main.json, files }), path);
  const types = choices.map(typesOf);
  // A field that is not declared has no refused values.
  if (types.length === 0 || types.includes(undefined)) return [];
  return ZEROS[ids]
    .filter(([type]) => type === 'null' || types.some((allowed) => allowed?.includes(type)))
    .map(([, value]) => value)
    .filter((value) => !choices.some((nodes) => nodes.every(({ schema }) => allows(schema, value))));
}

/** Returns each way in which a value at the end of `path` can be valid. */
function choicesAt(nodes: readonly Node[], path: readonly string[]): readonly (readonly Node[])[] {
  const [segment, ...rest] = path;
  if (segment === undefined) return alternatives(nodes);
  return alternatives(nodes).flatMap((here) => {
    const inside = membersAt(here, segment).flatMap((place) => flattenAllOf(place));
    return inside.length === 0 ? [] : choicesAt(inside, rest);
  });
}

/** Checks only the rules that schemas of ids use. */
function allows(schema: Node['schema'], value: unknown): boolean {
  const types = typesOf([{ schema }]);
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  if (types !== undefined && !types.includes(type) && !(value === 0 && types.includes('integer'))) return false;
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) return false;
  if (Object.hasOwn(schema, 'const') && schema['const'] !== value) return false;
  return typeof value === 'number' ? isAbove(schema, value) : typeof value !== 'string' || fits(schema, value);
}

function isAbove({ minimum, exclusiveMinimum }: Node['schema'], value: number): boolean {
  return !(Number(minimum) > value) && !(Number(exclusiveMinimum) >= value);
}

function fits({ minLength, pattern }: Node['schema'], value: string): boolean {
  return !(Number(minLength) > value.length) && (typeof pattern !== 'string' || linearPattern(pattern).test(value));
}
