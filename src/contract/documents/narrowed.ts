import { bodyPath } from '../../config/routes/envelope.ts';
import type { CheckedEventRoute, ShapeConfig } from '../../config/routes/route-config.ts';
import type { WhenValue } from '../../config/routes/when.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** The payload of a route, with the values that the short form of `when` leaves of its fields. */
export function narrowed(schema: Schema, { when, shape, envelope }: CheckedEventRoute): Schema {
  if (when?.kind !== 'fields' || shape.kind === 'map') return schema;
  const omitted = shape.kind === 'omit' ? shape.fields.map(({ path }) => path) : [];
  const values = when.fields.flatMap(({ field, values: some }) => {
    const path = pathInPayload(shape, bodyPath(envelope, field.path));
    const isSent = path !== undefined && !omitted.some((gone) => gone.every((segment, i) => segment === path[i]));
    return isSent ? [valueAt(path, some)] : [];
  });
  if (values.length === 0) return schema;
  const { title, description, ...rest } = schema;
  const words = { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
  return { ...words, allOf: [rest, ...values] };
}

/** The path in the value that `payload` names; undefined for a field outside of it. */
function pathInPayload({ from }: ShapeConfig, path: readonly string[] | undefined): readonly string[] | undefined {
  if (from === undefined || path === undefined) return path;
  return from.path.every((segment, i) => segment === path[i]) ? path.slice(from.path.length) : undefined;
}

/** `{ properties: { a: { enum: […] } } }`, nested as the path is. */
function valueAt([segment, ...rest]: readonly string[], values: readonly WhenValue[]): Schema {
  if (segment === undefined) return { enum: values };
  return { type: 'object', required: [segment], properties: { [segment]: valueAt(rest, values) } };
}
