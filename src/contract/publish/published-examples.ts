import type { CheckedRoute } from '../../config/routes/route-config.ts';
import { compileWhen } from '../../routes/when.ts';
import { listOf } from '../../schema/all-of.ts';
import { isObject } from '../../schema/json.ts';
import { enveloped } from './enveloped.ts';

/** Returns examples of the schema as published: those that the route takes; if it takes none, all, with the values of its short form. */
export function publishedExamples(route: CheckedRoute, channel: string): unknown[] {
  const { envelope, when, matches } = route;
  const { json } = route.payload.main;
  const examples = (isObject(json) ? listOf(json['examples']) : []).map((one) => enveloped(one, envelope, channel));
  if (when === undefined) return examples;
  const taken = examples.filter((example) => compileWhen(when, matches).holds(example));
  if (taken.length > 0 || when.kind === 'matches') return taken;
  return examples.map((example) =>
    when.fields.reduce((message, { field, values: [value] }) => withValue(message, field.path, value), example),
  );
}

/** The message with a value at the path. */
export function withValue(message: unknown, [segment, ...rest]: readonly string[], value: unknown): unknown {
  if (segment === undefined) return value;
  if (!isObject(message)) return message;
  const inside = Object.hasOwn(message, segment) ? message[segment] : rest.length > 0 ? {} : undefined;
  return { ...message, [segment]: withValue(inside, rest, value) };
}
