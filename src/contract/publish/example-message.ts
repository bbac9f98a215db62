import { sourcesOf, type CheckedRoute, type RoutesConfig } from '../../config/routes/route-config.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { isObject } from '../../schema/json.ts';
import { listOf } from '../../schema/all-of.ts';
import { compileWhen } from '../../routes/when.ts';
import { enveloped } from './enveloped.ts';

export type ExampleMessage = { readonly raw: Buffer } | { readonly problem: string };

/**
 * A message as publishers would send it on the channel: an example of its routes' schemas.
 *
 * @param number counted from 1, over all of its routes.
 */
export function exampleMessage(config: RoutesConfig, channel: string, number: number): ExampleMessage {
  // Examples of shadow routes come last: no client would receive them.
  const routes = config.routes
    .filter((route) => sourcesOf(route).includes(channel))
    .toSorted((a, b) => Number(a.shadow) - Number(b.shadow));
  if (routes.length === 0) return { problem: unknownChannel(config, channel) };
  const examples = routes.flatMap((route) => examplesOf(route, config, channel));
  if (number <= examples.length) return { raw: Buffer.from(JSON.stringify(examples[number - 1])) };
  const found = examples.length === 0 ? 'none' : `only ${examples.length}`;
  return { problem: `example ${number} is asked for, and the schemas of "${channel}" have ${found}` };
}

/** Examples that the route takes; where it takes none, all, with what its short form asks for. */
function examplesOf(route: CheckedRoute, { envelope }: RoutesConfig, channel: string): unknown[] {
  const { json } = route.payload.main;
  const examples = (isObject(json) ? listOf(json['examples']) : []).map((one) => enveloped(one, envelope, channel));
  const { when, matches } = route;
  if (when === undefined) return examples;
  const taken = examples.filter((example) => compileWhen(when, matches).holds(example));
  if (taken.length > 0 || when.kind === 'matches') return taken;
  return examples.map((example) =>
    when.fields.reduce((message, { field, values: [value] }) => withValue(message, field.path, value), example),
  );
}

function withValue(message: unknown, [segment, ...rest]: readonly string[], value: unknown): unknown {
  if (segment === undefined) return value;
  if (!isObject(message)) return message;
  const inside = Object.hasOwn(message, segment) ? message[segment] : rest.length > 0 ? {} : undefined;
  return { ...message, [segment]: withValue(inside, rest, value) };
}

export function unknownChannel({ routes }: RoutesConfig, channel: string): string {
  const near = didYouMean(
    channel,
    routes.flatMap((route) => sourcesOf(route)),
  );
  return `no route names the channel "${channel}"${near === undefined ? '' : `. Did you mean "${near}"?`}`;
}
