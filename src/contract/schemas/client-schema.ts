import { envelopeFields } from '../../config/routes/envelope.ts';
import { pathInBody, type CheckedEventRoute, type ShapeConfig } from '../../config/routes/route-config.ts';
import { isObject } from '../../schema/json.ts';
import { flattenAllOf, type SchemaPlace } from '../../schema/all-of.ts';
import { placesAt, schemaAtField, together } from './schema-at-field.ts';
import type { Schema, SchemaBundle } from './schema-bundle.ts';
import { withoutFields } from './without-fields.ts';

export type Shaped = Pick<CheckedEventRoute, 'payload' | 'shape' | 'envelope'>;

/** What clients get on a route: after `payload`, `map` or `omit`, and without the envelope. References lead into the bundle. */
export function clientSchemaIn(bundle: SchemaBundle, route: Shaped): Schema {
  const { shape, envelope } = route;
  const root = rootOf(route);
  if (shape.kind === 'map') return mapped(bundle, root, shape);
  const left = shape.kind === 'omit' ? shape.fields.map(({ path }) => path) : [];
  if (shape.from !== undefined) return valueSchema(bundle, root, shape.from.path, left);
  const taken = envelopeFields(envelope).filter((field) => isDeclared(root, field));
  return asMessage(withoutFields(bundle, root, [...left, ...taken.map((field) => [field])]));
}

/** The schema of one value of the message, which may be of any type. */
function valueSchema(
  bundle: SchemaBundle,
  root: SchemaPlace,
  path: readonly string[],
  left: readonly (readonly string[])[],
): Schema {
  const { places } = placesAt(root, path);
  const schema = together(places.map((place) => withoutFields(bundle, place, left)));
  return isObject(schema) ? withoutExamples(schema) : {};
}

function rootOf({ payload: { main, files } }: Shaped): SchemaPlace {
  return { file: main, files, schema: main.json };
}

function mapped(bundle: SchemaBundle, root: SchemaPlace, shape: ShapeConfig & { kind: 'map' }): Schema {
  const picked = Array.from(shape.fields, ([name, field]) => ({
    name,
    ...schemaAtField(bundle, root, pathInBody(shape, field)),
  }));
  const [place = root] = placesAt(root, shape.from?.path ?? []).places;
  const { title, description } = isObject(place.schema) ? place.schema : {};
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
  const rest = withoutExamples(schema);
  return SAYS_TYPES.some((keyword) => Object.hasOwn(rest, keyword)) ? rest : { type: 'object', ...rest };
}

function withoutExamples(schema: Schema): Schema {
  const { examples: _, ...rest } = schema;
  return rest;
}

function isDeclared(root: SchemaPlace, name: string): boolean {
  return flattenAllOf(root).some(
    ({ schema: { properties } }) => isObject(properties) && Object.hasOwn(properties, name),
  );
}
