import { isObject } from './json.ts';
import { follow, type SchemaFiles } from './references.ts';
import type { SchemaFile } from './walk.ts';

/** What a schema promises of a field that is to hold user ids. */
export type FieldVerdict =
  | { readonly kind: 'proven' }
  | { readonly kind: 'undeclared' | 'not-required' | 'unproven' }
  | { readonly kind: 'not-ids'; readonly type: string };

interface Node {
  readonly file: SchemaFile;
  readonly schema: unknown;
}

// Types that can hold an id, or a list whose items are judged on their own.
const ID_TYPES = new Set(['integer', 'string', 'array']);

/** Follows `$ref` and `allOf`; what stands in `anyOf`, `if` and the like cannot be told and is `unproven`. */
export function judgeTargetField(
  main: SchemaFile,
  files: SchemaFiles,
  path: readonly string[],
  optional: boolean,
): FieldVerdict {
  let here = conjuncts({ file: main, schema: main.json }, files);
  let required = true;
  for (const segment of path) {
    const declared = here.flatMap((node) => property(node, segment));
    if (declared.length === 0) return { kind: here.some(isConditional) ? 'unproven' : 'undeclared' };
    if (!here.some((node) => requires(node, segment))) {
      if (here.some(isConditional) && !optional) return { kind: 'unproven' };
      required = false;
    }
    here = declared.flatMap((node) => conjuncts(node, files));
  }
  if (!required && !optional) return { kind: 'not-required' };
  return judgeTypes(here, files, optional);
}

function judgeTypes(nodes: readonly Node[], files: SchemaFiles, optional: boolean, inList = false): FieldVerdict {
  const types = nodes.map(({ schema }) => typesOf(schema)).filter((found) => found !== undefined);
  const [first, ...rest] = types;
  if (first === undefined) return { kind: 'unproven' };
  const allowed = first.filter((type) => rest.every((others) => others.includes(type)));
  const wrong = allowed.find((type) => !ID_TYPES.has(type) && !(type === 'null' && optional && !inList));
  if (wrong !== undefined) return { kind: 'not-ids', type: wrong };
  if (!allowed.includes('array')) return { kind: 'proven' };
  if (inList) return { kind: 'not-ids', type: 'array of arrays' };
  const items = nodes.flatMap((node) =>
    isObject(node.schema) ? [{ file: node.file, schema: node.schema['items'] }] : [],
  );
  return judgeTypes(
    items.flatMap((item) => conjuncts(item, files)),
    files,
    optional,
    true,
  );
}

function typesOf(schema: unknown): readonly string[] | undefined {
  if (!isObject(schema)) return undefined;
  if (typeof schema['type'] === 'string') return [schema['type']];
  if (Array.isArray(schema['type'])) return schema['type'].map(String);
  const values: unknown = schema['const'] === undefined ? schema['enum'] : [schema['const']];
  return Array.isArray(values) ? [...new Set(values.map(typeOfValue))] : undefined;
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** The schema and all that must hold together with it. */
function conjuncts(node: Node, files: SchemaFiles, seen = new Set<unknown>()): Node[] {
  if (!isObject(node.schema) || seen.has(node.schema)) return [];
  seen.add(node.schema);
  const ref = node.schema['$ref'];
  const target = typeof ref === 'string' ? follow(ref, node.file, files) : undefined;
  const all = Array.isArray(node.schema['allOf']) ? node.schema['allOf'] : [];
  return [
    node,
    ...(target === undefined ? [] : conjuncts(target, files, seen)),
    ...all.flatMap((schema: unknown) => conjuncts({ file: node.file, schema }, files, seen)),
  ];
}

function property(node: Node, name: string): Node[] {
  const properties: unknown = isObject(node.schema) ? node.schema['properties'] : undefined;
  return isObject(properties) && Object.hasOwn(properties, name) ? [{ file: node.file, schema: properties[name] }] : [];
}

function requires(node: Node, name: string): boolean {
  const required: unknown = isObject(node.schema) ? node.schema['required'] : undefined;
  return Array.isArray(required) && required.includes(name);
}

const CONDITIONAL = ['anyOf', 'oneOf', 'if', 'patternProperties', 'dependentSchemas', '$dynamicRef'];

function isConditional({ schema }: Node): boolean {
  return isObject(schema) && CONDITIONAL.some((keyword) => Object.hasOwn(schema, keyword));
}
