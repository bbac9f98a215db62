import { alternatives } from './alternatives.ts';
import { flattenAllOf, listOf, type Node } from './all-of.ts';
import type { SchemaFiles } from './references.ts';
import { isClosed, isRequiredIn, membersAt, typesOf } from './target-field.ts';
import type { SchemaFile } from './walk.ts';

/** What a schema says about a comparison of a field with values. */
export type Comparison =
  /** Every valid message passes. */
  | 'always'
  /** No valid message passes. */
  | 'never'
  | 'sometimes';

/** One way in which a value at the path is valid. */
interface Way {
  readonly nodes: readonly Node[];
  /** The value is there in each message that is valid in this way. */
  readonly certain: boolean;
}

/** Compares what a schema allows at `path` with the values, by types, `const` and `enum`. What is not known is `sometimes`. */
export function compareField(
  main: SchemaFile,
  files: SchemaFiles,
  path: readonly string[],
  values: readonly unknown[],
): Comparison {
  const ways = waysAt(flattenAllOf({ file: main, schema: main.json, files }), path, { certain: true, isMessage: true });
  if (ways === undefined) return 'sometimes';
  if (!ways.some(({ nodes }) => values.some((value) => allows(nodes, value)))) return 'never';
  const isAlways = ways.every(({ nodes, certain }) => certain && isWithin(nodes, values));
  return isAlways ? 'always' : 'sometimes';
}

interface Context {
  readonly certain: boolean;
  readonly isMessage: boolean;
}

/** Returns undefined where a way says nothing about the value. */
function waysAt(nodes: readonly Node[], path: readonly string[], context: Context): Way[] | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return alternatives(nodes).map((way) => ({ nodes: way, certain: context.certain }));
  const ways: Way[] = [];
  for (const here of alternatives(nodes)) {
    const members = membersAt(here, segment);
    if (members.length === 0 && here.some(isClosed)) continue;
    if (members.length === 0) return undefined;
    const isObject = context.isMessage || typesOf(here)?.every((type) => type === 'object') === true;
    const certain = context.certain && isObject && isRequiredIn(here, segment);
    const inside = waysAt(
      members.flatMap((place) => flattenAllOf(place)),
      rest,
      { certain, isMessage: false },
    );
    if (inside === undefined) return undefined;
    ways.push(...inside);
  }
  return ways;
}

function allows(nodes: readonly Node[], value: unknown): boolean {
  const types = typesOf(nodes);
  if (types !== undefined && !types.some((type) => isOfType(type, value))) return false;
  return nodes.every(({ schema }) => {
    if (Object.hasOwn(schema, 'const') && schema['const'] !== value) return false;
    return !Array.isArray(schema['enum']) || schema['enum'].includes(value);
  });
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return type === (value === null ? 'null' : typeof value);
}

/** Returns whether the schemas list the values, and all that are valid are among these. */
function isWithin(nodes: readonly Node[], values: readonly unknown[]): boolean {
  const lists = nodes.flatMap(({ schema }) => [
    ...(Object.hasOwn(schema, 'const') ? [[schema['const']]] : []),
    ...(Array.isArray(schema['enum']) ? [listOf(schema['enum'])] : []),
  ]);
  const [first] = lists;
  return first !== undefined && first.filter((value) => allows(nodes, value)).every((value) => values.includes(value));
}
