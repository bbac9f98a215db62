import { listOf } from './all-of.ts';
import { isObject, valueAt } from './json.ts';
import { parsePath, toPointer } from './pointer.ts';

/** A property that is compared and may be missing: a message without it passes the comparison. */
export interface Unrequired {
  /** Path of the property in the schema. */
  readonly path: readonly string[];
  /** Property in the message, as a pointer. */
  readonly property: string;
  /** What lets the comparison pass: nothing is there, or no object that could hold the property. */
  readonly lacks: 'required' | 'type';
}

/** Keywords whose schemas apply to the same value. */
const LISTS = ['allOf', 'anyOf', 'oneOf'];
const SINGLE = ['not', 'if', 'then', 'else'];

/** Finds properties with `const` or `enum`, at any depth, that the schema allows to be absent. */
export function unrequiredComparisons(schema: unknown): Unrequired[] {
  return inside(schema, { root: schema, path: [], at: [], required: new Set(), isObject: true });
}

interface Context {
  /** The whole schema, for its references. */
  readonly root: unknown;
  readonly path: readonly string[];
  readonly at: readonly string[];
  /** Names that schemas around this one require of the same value. */
  readonly required: ReadonlySet<unknown>;
  /** The value is an object: the message itself, or what a schema around this one says so of. */
  readonly isObject: boolean;
}

function inside(schema: unknown, context: Context): Unrequired[] {
  if (!isObject(schema)) return [];
  const required = new Set([...context.required, ...requiredBy(schema)]);
  const here = { ...context, required, isObject: context.isObject || schema['type'] === 'object' };
  const same = (child: unknown, ...path: string[]): Unrequired[] =>
    inside(child, { ...here, path: [...here.path, ...path] });
  return [
    ...ofProperties(schema, here),
    ...LISTS.flatMap((key) => listOf(schema[key]).flatMap((child, index) => same(child, key, String(index)))),
    ...SINGLE.flatMap((key) => same(schema[key], key)),
  ];
}

/** Names that the schema requires, itself or in a part of `allOf`. */
function requiredBy(schema: Readonly<Record<string, unknown>>): unknown[] {
  const parts = listOf(schema['allOf']).filter(isObject);
  return [...listOf(schema['required']), ...parts.flatMap(requiredBy)];
}

function ofProperties(schema: Readonly<Record<string, unknown>>, context: Context): Unrequired[] {
  const { properties } = schema;
  if (!isObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, child]): Unrequired[] => {
    const path = [...context.path, 'properties', name];
    const at = [...context.at, name];
    const deeper = inside(child, { root: context.root, path, at, required: new Set(), isObject: false });
    if (!compares(child, context.root)) return deeper;
    const place = { path, property: toPointer(at) };
    if (!context.required.has(name)) return [{ ...place, lacks: 'required' }, ...deeper];
    return context.isObject ? deeper : [{ ...place, lacks: 'type' }, ...deeper];
  });
}

/** Returns whether a schema, or one that applies with it, compares its value or a member of it. */
function compares(schema: unknown, root: unknown, seen = new Set<unknown>()): boolean {
  if (!isObject(schema) || seen.has(schema)) return false;
  seen.add(schema);
  if (Object.hasOwn(schema, 'const') || Object.hasOwn(schema, 'enum')) return true;
  const { properties, $ref: ref } = schema;
  const members = isObject(properties) ? Object.values(properties) : [];
  const target = typeof ref === 'string' && ref.startsWith('#/') ? valueAt(root, parsePath(ref.slice(1))) : undefined;
  const applied = [...LISTS.flatMap((key) => listOf(schema[key])), ...SINGLE.map((key) => schema[key])];
  return [...members, target, ...applied].some((one) => compares(one, root, seen));
}
