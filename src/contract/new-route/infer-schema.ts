import type { Field } from '../../config/routes/field.ts';
import { isObject, valueAt } from '../../schema/json.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** What common.schema.json says of user ids. */
const ID_RULES = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, pattern: '^[1-9][0-9]{0,19}$' };

const ID: Schema = { type: ['integer', 'string'], ...ID_RULES };

/** The definition for optional ids. */
const OPTIONAL_ID: Schema = {
  type: ['integer', 'string', 'null', 'array'],
  ...ID_RULES,
  minimum: 0,
  pattern: '^([1-9][0-9]{0,19}|0?)$',
  items: false,
  maxItems: 0,
};

interface IdSchemas {
  readonly id: Schema;
  readonly optional: Schema;
}

export interface InferOptions {
  readonly title: string;
  readonly sample: Schema;
  /** The sample as its types are to be read, where that differs. */
  readonly typed?: Schema;
  /** The target's fields: they hold user ids. */
  readonly ids: readonly Field[];
  /** File next to the schema, and which of `id` and `optional_id` it has. */
  readonly common?: { readonly file: string; readonly names: readonly string[] };
}

/** A schema that such messages pass: the types of the sample, all of its fields required. */
export function inferSchema({ title, sample, typed = sample, ids, common }: InferOptions): Schema {
  const shared = (name: string, own: Schema): Schema =>
    common?.names.includes(name) ? { $ref: `${common.file}#/$defs/${name}` } : own;
  const id: IdSchemas = { id: shared('id', ID), optional: shared('optional_id', OPTIONAL_ID) };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...schemaOf([typed], ids, id),
    examples: [sample],
  };
}

function schemaOf(values: readonly unknown[], ids: readonly Field[], id: IdSchemas): Schema {
  const own = ids.find(({ path }) => path.length === 0);
  if (own) return idSchema(values, own.optional, id);
  const types = typesOf(values);
  // Of null alone nobody knows what else it may be.
  if (types.every((type) => type === 'null')) return {};
  const objects = values.filter(isObject);
  const items = values.filter((value) => Array.isArray(value)).flat();
  return {
    type: types.length === 1 ? types[0] : types,
    ...(objects.length > 0 && objectRules(objects, ids, id)),
    ...(items.length > 0 && { items: schemaOf(items, [], id) }),
  };
}

function idSchema(values: readonly unknown[], optional: boolean, id: IdSchemas): Schema {
  const items = values.filter((value) => Array.isArray(value)).flat();
  const isList = items.length > 0 || (!optional && values.some((value) => Array.isArray(value)));
  if (isList) return { type: optional ? ['array', 'null'] : 'array', items: id.id };
  return optional ? id.optional : id.id;
}

function objectRules(objects: readonly Schema[], ids: readonly Field[], id: IdSchemas): Schema {
  const inside = (name: string): Field[] =>
    ids.filter(({ path }) => path[0] === name).map((field) => ({ ...field, path: field.path.slice(1) }));
  const isOptional = (name: string): boolean =>
    inside(name).some(({ path, optional }) => path.length === 0 && optional);
  const names = [
    ...new Set([...objects.flatMap((one) => Object.keys(one)), ...ids.flatMap(({ path }) => path[0] ?? [])]),
  ];
  const required = names.filter((name) => !isOptional(name) && objects.every((one) => Object.hasOwn(one, name)));
  const valuesOf = (name: string): unknown[] => objects.flatMap((one) => (Object.hasOwn(one, name) ? [one[name]] : []));
  return {
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(names.map((name) => [name, schemaOf(valuesOf(name), inside(name), id)])),
  };
}

function typesOf(values: readonly unknown[]): string[] {
  const types = new Set(values.map(typeOf));
  // An integer is a number, too.
  if (types.has('number')) types.delete('integer');
  return [...types];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Which of `$defs/id` and `$defs/optional_id` a schema has. */
export function idsIn(schema: unknown): string[] {
  return ['id', 'optional_id'].filter((name) => valueAt(schema, ['$defs', name]) !== undefined);
}
