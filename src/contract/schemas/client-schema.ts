import { envelopeFields, type Envelope } from '../../config/routes/envelope.ts';
import type { Field } from '../../config/routes/field.ts';
import type { CheckedEventRoute } from '../../config/routes/route-config.ts';
import { isObject } from '../../schema/json.ts';
import { flattenAllOf, type SchemaPlace } from '../../schema/all-of.ts';
import { schemaAtField } from './schema-at-field.ts';
import type { Schema, SchemaBundle } from './schema-bundle.ts';
import { withoutFields } from './without-fields.ts';

type Shaped = Pick<CheckedEventRoute, 'payload' | 'shape'>;

/** What clients get on a route: after its `map` or `omit`, and without the envelope. References lead into the bundle. */
export function clientSchemaIn(bundle: SchemaBundle, route: Shaped, envelope: Envelope): Schema {
  const { shape } = route;
  const root = rootOf(route);
  if (shape.kind === 'map') return mapped(bundle, root, shape.fields);
  const left = shape.kind === 'omit' ? shape.fields.map(({ path }) => path) : [];
  const taken = envelopeFields(envelope).filter((field) => isDeclared(root, field));
  return asMessage(withoutFields(bundle, root, [...left, ...taken.map((field) => [field])]));
}

function rootOf({ payload: { main, files } }: Shaped): SchemaPlace {
  return { file: main, files, schema: main.json };
}

function mapped(bundle: SchemaBundle, root: SchemaPlace, fields: ReadonlyMap<string, Field>): Schema {
  const picked = Array.from(fields, ([name, { path }]) => ({ name, ...schemaAtField(bundle, root, path) }));
  const { title, description } = isObject(root.schema) ? root.schema : {};
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    type: 'object',
    required: picked.flatMap(({ name, certain }) => (certain ? [name] : [])),
    properties: Object.fromEntries(picked.map(({ name, schema }) => [name, schema])),
    additionalProperties: false,
  };
}

const SAYS_TYPES = ['type', '$ref', 'allOf', 'anyOf', 'oneOf'];

/** A message is an object, whatever its schema says; its examples are shaped elsewhere. */
function asMessage(schema: unknown): Schema {
  if (!isObject(schema)) return { type: 'object' };
  const { examples: _, ...rest } = schema;
  return SAYS_TYPES.some((keyword) => Object.hasOwn(rest, keyword)) ? rest : { type: 'object', ...rest };
}

function isDeclared(root: SchemaPlace, name: string): boolean {
  return flattenAllOf(root).some(
    ({ schema: { properties } }) => isObject(properties) && Object.hasOwn(properties, name),
  );
}
