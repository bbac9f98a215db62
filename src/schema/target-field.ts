import { alternatives } from './alternatives.ts';
import { isObject } from './json.ts';
import { flattenAllOf, listOf, type Node, type SchemaPlace } from './all-of.ts';
import type { SchemaFiles } from './references.ts';
import type { SchemaFile } from './walk.ts';

/** What a schema promises of a field that is to hold user ids. */
export type FieldVerdict =
  | { readonly kind: 'proven' }
  | { readonly kind: 'undeclared'; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: 'not-required' | 'unproven' }
  | { readonly kind: 'not-ids'; readonly type: string };

// Types that can hold an id, or a list whose items are judged on their own.
const ID_TYPES = new Set(['integer', 'string', 'array']);

/** Follows `$ref`, `allOf` and the branches of `anyOf`, `oneOf` and `if`; what cannot be told is `unproven`. */
export function judgeTargetField(
  main: SchemaFile,
  files: SchemaFiles,
  path: readonly string[],
  optional: boolean,
): FieldVerdict {
  const nodes = flattenAllOf({ file: main, schema: main.json, files });
  return judge(nodes, path, { optional, certain: true, required: true, isMessage: true });
}

/** What is known when a part of the path is behind. */
interface Judged {
  readonly optional: boolean;
  readonly certain: boolean;
  readonly required: boolean;
  /** A message is an object, whatever its schema says. */
  readonly isMessage: boolean;
}

function judge(nodes: readonly Node[], path: readonly string[], judged: Judged): FieldVerdict {
  const [segment, ...rest] = path;
  if (segment === undefined) return judgeEnd(nodes, judged);
  const possible = alternatives(nodes).filter((choice) => canHold(choice, judged));
  return inAll(possible.map((choice) => judgeMember(choice, segment, rest, judged)));
}

/** Whether there is such a value at all. */
function canHold(choice: readonly Node[], { isMessage }: Pick<Judged, 'isMessage'>): boolean {
  const types = typesOf(choice);
  return types === undefined || (isMessage ? types.includes('object') : types.length > 0);
}

function judgeMember(here: readonly Node[], segment: string, rest: readonly string[], judged: Judged): FieldVerdict {
  const declared = membersAt(here, segment);
  if (declared.length === 0) {
    if (judged.optional && here.some(isClosed)) return PROVEN;
    return here.some(isConditional) ? { kind: 'unproven' } : undeclared(segment, here);
  }
  const presence = presenceOf(segment, here, judged.isMessage ? ['object'] : typesOf(here));
  return judge(
    declared.flatMap((place) => flattenAllOf(place)),
    rest,
    {
      optional: judged.optional,
      certain: judged.certain && presence !== 'unproven',
      required: judged.required && presence !== 'not-required',
      isMessage: false,
    },
  );
}

function judgeEnd(nodes: readonly Node[], { optional, certain, required }: Judged): FieldVerdict {
  if (!required && !optional) return { kind: 'not-required' };
  const types = judgeTypes(nodes, optional);
  return types.kind === 'proven' && !certain && !optional ? { kind: 'unproven' } : types;
}

/** What all branches say, is said; where they differ, nothing is proven. */
function inAll(verdicts: readonly FieldVerdict[]): FieldVerdict {
  const [first, ...others] = verdicts;
  if (first === undefined || others.some(({ kind }) => kind !== first.kind)) return { kind: 'unproven' };
  if (first.kind !== 'undeclared') return first;
  const known = verdicts.flatMap((one) => (one.kind === 'undeclared' ? one.known : []));
  return { ...first, known: [...new Set(known)] };
}

/** Whether each message must have the property `name`. */
export function isRequired(main: SchemaFile, files: SchemaFiles, name: string): boolean {
  const choices = alternatives(flattenAllOf({ file: main, schema: main.json, files }));
  return choices.every((choice) => choice.some(({ schema }) => requires(schema, name)));
}

function undeclared(name: string, nodes: readonly Node[]): FieldVerdict {
  const known = nodes.flatMap(({ schema }) =>
    isObject(schema['properties']) ? Object.keys(schema['properties']) : [],
  );
  return { kind: 'undeclared', name, known };
}

function judgeTypes(nodes: readonly Node[], optional: boolean, inList = false): FieldVerdict {
  const possible = alternatives(nodes).filter((choice) => canHold(choice, { isMessage: false }));
  return inAll(possible.map((choice) => judgeChoice(choice, optional, inList)));
}

function judgeChoice(nodes: readonly Node[], optional: boolean, inList: boolean): FieldVerdict {
  const allowed = typesOf(nodes);
  if (allowed === undefined) return { kind: 'unproven' };
  const wrong = allowed.find((type) => !ID_TYPES.has(type) && !(type === 'null' && optional));
  if (wrong !== undefined) return { kind: 'not-ids', type: wrong };
  if (!allowed.includes('array')) return { kind: 'proven' };
  return inList ? { kind: 'not-ids', type: 'array of arrays' } : judgeItems(nodes, optional);
}

/** Each place of a list by itself: what holds for the first item need not hold for the others. */
function judgeItems(nodes: readonly Node[], optional: boolean): FieldVerdict {
  const places = Math.max(...nodes.map(({ schema }) => listOf(schema['prefixItems']).length));
  const closed = nodes.some(({ schema }) => schema['items'] === false);
  const verdicts = Array.from({ length: closed ? places : places + 1 }, (_, index) => {
    const items = nodes.flatMap((node) => flattenAllOf({ ...node, schema: itemAt(node.schema, index) }));
    return judgeTypes(items, optional, true);
  });
  return verdicts.find(({ kind }) => kind === 'not-ids') ?? verdicts.find(({ kind }) => kind === 'unproven') ?? PROVEN;
}

const PROVEN: FieldVerdict = { kind: 'proven' };

function itemAt({ prefixItems, items }: Readonly<Record<string, unknown>>, index: number): unknown {
  return listOf(prefixItems)[index] ?? items;
}

/** The types that all of them allow; nothing where none of them says. */
export function typesOf(nodes: readonly Pick<Node, 'schema'>[]): readonly string[] | undefined {
  const said = nodes.flatMap(({ schema }) => typesSaid(schema));
  const [first, ...rest] = said;
  return first?.filter((type) => rest.every((others) => others.includes(type)));
}

function typesSaid(schema: Readonly<Record<string, unknown>>): string[][] {
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

/** Each place where the member `name` is declared. */
export function membersAt(nodes: readonly Node[], name: string): SchemaPlace[] {
  return nodes.flatMap((node) => members(node.schema, name).map((schema) => ({ ...node, schema })));
}

/** What is declared of the member `name`: of an object's property, or of a list's item. */
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

/** A required member is missing all the same where its parent is null, text or a number. */
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

/** Whether what is not declared is not allowed. */
function isClosed({ schema }: Node): boolean {
  return schema['additionalProperties'] === false || schema['unevaluatedProperties'] === false;
}

function isConditional({ schema }: Node): boolean {
  return CONDITIONAL.some((keyword) => Object.hasOwn(schema, keyword));
}
