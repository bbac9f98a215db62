import { alternatives } from './alternatives.ts';
import { isObject } from './json.ts';
import { flattenAllOf, listOf, type Node, type SchemaPlace } from './all-of.ts';
import type { SchemaFiles } from './references.ts';
import type { SchemaFile } from './walk.ts';

/** What a schema guarantees for a target field, which must hold user ids. */
export type FieldVerdict =
  | { readonly kind: 'proven' }
  | { readonly kind: 'undeclared'; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: 'not-required' | 'unproven' }
  | { readonly kind: 'not-ids'; readonly type: string };

/** The kind of user ids: positive integers, or any text. */
export type UserIdKind = 'uint64' | 'text';

/** Types that can hold an id, or a list, whose items are evaluated separately. */
const ID_TYPES: Readonly<Record<UserIdKind, ReadonlySet<string>>> = {
  uint64: new Set(['integer', 'string', 'array']),
  text: new Set(['string', 'array']),
};

/** How a route uses a field. */
export interface FieldUse {
  readonly optional: boolean;
  readonly ids: UserIdKind;
}

/** Evaluates a target field. Follows `$ref`, `allOf` and the branches of `anyOf`, `oneOf` and `if`; an undecidable case is `unproven`. */
export function evaluateTargetField(
  main: SchemaFile,
  files: SchemaFiles,
  path: readonly string[],
  { optional, ids }: FieldUse,
): FieldVerdict {
  const nodes = flattenAllOf({ file: main, schema: main.json, files });
  return evaluate(nodes, path, { optional, idTypes: ID_TYPES[ids], certain: true, required: true, isMessage: true });
}

/** Evaluates whether each message has a value at the path, whatever the value is; `unproven` where that is undecidable. */
export function evaluatePresence(main: SchemaFile, files: SchemaFiles, path: readonly string[]): FieldVerdict {
  const nodes = flattenAllOf({ file: main, schema: main.json, files });
  const context = { optional: false, certain: true, required: true, isMessage: true };
  return evaluate(nodes, path, { ...context, idTypes: undefined });
}

/** What a value at the end of the path may be. */
interface IdContext {
  readonly optional: boolean;
  /** Undefined where any value will do. */
  readonly idTypes: ReadonlySet<string> | undefined;
}

/** What is known after a part of the path. */
interface PathContext extends IdContext {
  readonly certain: boolean;
  readonly required: boolean;
  /** A message is an object, whatever its schema allows. */
  readonly isMessage: boolean;
}

function evaluate(nodes: readonly Node[], path: readonly string[], context: PathContext): FieldVerdict {
  const [segment, ...rest] = path;
  if (segment === undefined) return evaluateEnd(nodes, context);
  const possible = alternatives(nodes).filter((choice) => canHold(choice, context));
  return inAll(possible.map((choice) => evaluateMember(choice, segment, rest, context)));
}

/** Returns whether any value satisfies the choice. */
function canHold(choice: readonly Node[], { isMessage }: Pick<PathContext, 'isMessage'>): boolean {
  const types = typesOf(choice);
  return types === undefined || (isMessage ? types.includes('object') : types.length > 0);
}

function evaluateMember(
  here: readonly Node[],
  segment: string,
  rest: readonly string[],
  context: PathContext,
): FieldVerdict {
  const declared = membersAt(here, segment);
  if (declared.length === 0) {
    if (context.optional && here.some(isClosed)) return PROVEN;
    return here.some(isConditional) ? { kind: 'unproven' } : undeclared(segment, here);
  }
  const presence = presenceOf(segment, here, context.isMessage ? ['object'] : typesOf(here));
  return evaluate(
    declared.flatMap((place) => flattenAllOf(place)),
    rest,
    {
      ...context,
      certain: context.certain && presence !== 'unproven',
      required: context.required && presence !== 'not-required',
      isMessage: false,
    },
  );
}

function evaluateEnd(nodes: readonly Node[], context: PathContext): FieldVerdict {
  const { optional, certain, required } = context;
  if (!required && !optional) return { kind: 'not-required' };
  if (context.idTypes === undefined) return certain ? PROVEN : { kind: 'unproven' };
  const types = evaluateTypes(nodes, context);
  return types.kind === 'proven' && !certain && !optional ? { kind: 'unproven' } : types;
}

/** Returns the verdict that all branches share; if they differ, nothing is proven. */
function inAll(verdicts: readonly FieldVerdict[]): FieldVerdict {
  const [first, ...others] = verdicts;
  if (first === undefined || others.some(({ kind }) => kind !== first.kind)) return { kind: 'unproven' };
  if (first.kind !== 'undeclared') return first;
  const known = verdicts.flatMap((one) => (one.kind === 'undeclared' ? one.known : []));
  return { ...first, known: [...new Set(known)] };
}

/** Returns whether every message must have the property `name`. */
export function isRequired(main: SchemaFile, files: SchemaFiles, name: string): boolean {
  const choices = alternatives(flattenAllOf({ file: main, schema: main.json, files }));
  return choices.every((choice) => choice.some(({ schema }) => requires(schema, name)));
}

/** Returns whether schemas that apply together require the member `name`. */
export function isRequiredIn(nodes: readonly Node[], name: string): boolean {
  return nodes.some(({ schema }) => requires(schema, name));
}

function undeclared(name: string, nodes: readonly Node[]): FieldVerdict {
  const known = nodes.flatMap(({ schema }) =>
    isObject(schema['properties']) ? Object.keys(schema['properties']) : [],
  );
  return { kind: 'undeclared', name, known };
}

function evaluateTypes(nodes: readonly Node[], context: IdContext, inList = false): FieldVerdict {
  const possible = alternatives(nodes).filter((choice) => canHold(choice, { isMessage: false }));
  return inAll(possible.map((choice) => evaluateChoice(choice, context, inList)));
}

function evaluateChoice(nodes: readonly Node[], context: IdContext, inList: boolean): FieldVerdict {
  const { idTypes, optional } = context;
  const allowed = typesOf(nodes);
  if (allowed === undefined) return { kind: 'unproven' };
  const wrong = allowed.find((type) => !idTypes?.has(type) && !(type === 'null' && optional));
  if (wrong !== undefined) return { kind: 'not-ids', type: wrong };
  if (!allowed.includes('array')) return { kind: 'proven' };
  return inList ? { kind: 'not-ids', type: 'array of arrays' } : evaluateItems(nodes, context);
}

/** Evaluates each place of a list separately: the items may have different schemas. */
function evaluateItems(nodes: readonly Node[], context: IdContext): FieldVerdict {
  const places = Math.max(...nodes.map(({ schema }) => listOf(schema['prefixItems']).length));
  const closed = nodes.some(({ schema }) => schema['items'] === false);
  const verdicts = Array.from({ length: closed ? places : places + 1 }, (_, index) => {
    const items = nodes.flatMap((node) => flattenAllOf({ ...node, schema: itemAt(node.schema, index) }));
    return evaluateTypes(items, context, true);
  });
  return verdicts.find(({ kind }) => kind === 'not-ids') ?? verdicts.find(({ kind }) => kind === 'unproven') ?? PROVEN;
}

const PROVEN: FieldVerdict = { kind: 'proven' };

function itemAt({ prefixItems, items }: Readonly<Record<string, unknown>>, index: number): unknown {
  return listOf(prefixItems)[index] ?? items;
}

/** Returns the types that all nodes allow; undefined if none restricts them. */
export function typesOf(nodes: readonly Pick<Node, 'schema'>[]): readonly string[] | undefined {
  const lists = nodes.flatMap(({ schema }) => typesIn(schema));
  const [first, ...rest] = lists;
  return first?.filter((type) => rest.every((others) => others.includes(type)));
}

function typesIn(schema: Readonly<Record<string, unknown>>): string[][] {
  const { type, enum: values } = schema;
  return [
    ...(typeof type === 'string' ? [[type]] : Array.isArray(type) ? [type.map(String)] : []),
    ...(Object.hasOwn(schema, 'const') ? [[typeOfValue(schema['const'])]] : []),
    ...(Array.isArray(values) ? [[...new Set(values.map(typeOfValue))]] : []),
  ];
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

export const INDEX = /^(0|[1-9]\d{0,5})$/;

/** Returns each place where the member `name` is declared. */
export function membersAt(nodes: readonly Node[], name: string): SchemaPlace[] {
  return nodes.flatMap((node) => members(node.schema, name).map((schema) => ({ ...node, schema })));
}

/** Returns the declarations of the member `name`: an object's property, or a list's item. */
function members(schema: Readonly<Record<string, unknown>>, name: string): unknown[] {
  const { properties } = schema;
  const property = isObject(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [];
  if (!INDEX.test(name)) return property;
  const item = itemAt(schema, Number(name));
  return item === undefined ? property : [...property, item];
}

function requires(schema: Readonly<Record<string, unknown>>, name: string): boolean {
  const { minItems } = schema;
  if (INDEX.test(name) && typeof minItems === 'number' && minItems > Number(name)) return true;
  return listOf(schema['required']).includes(name);
}

/** A required member can still be missing: if its parent is null, text or a number. */
function presenceOf(
  name: string,
  parent: readonly Node[],
  types: readonly string[] | undefined,
): 'certain' | 'unproven' | 'not-required' {
  if (!parent.some(({ schema }) => requires(schema, name)))
    return parent.some(isConditional) ? 'unproven' : 'not-required';
  if (types === undefined) return 'unproven';
  return types.every((type) => type === 'object' || type === 'array') ? 'certain' : 'not-required';
}

const CONDITIONAL = ['anyOf', 'oneOf', 'if', 'patternProperties', 'dependentSchemas', 'dependentRequired'];

/** Returns whether undeclared members are forbidden. */
export function isClosed({ schema }: Node): boolean {
  return schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;
}

function isConditional({ schema }: Node): boolean {
  return CONDITIONAL.some((keyword) => Object.hasOwn(schema, keyword));
}
