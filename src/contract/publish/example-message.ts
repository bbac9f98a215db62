import { sourcesOf, type RoutesConfig } from '../../config/routes/route-config.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { publishedExamples } from './published-examples.ts';

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
  const examples = routes.flatMap((route) => publishedExamples(route, channel));
  if (number <= examples.length) return { raw: Buffer.from(JSON.stringify(examples[number - 1])) };
  const found = examples.length === 0 ? 'none' : `only ${examples.length}`;
  return { problem: `example ${number} is asked for, and the schemas of "${channel}" have ${found}` };
}

export function unknownChannel({ routes }: RoutesConfig, channel: string): string {
  const near = didYouMean(
    channel,
    routes.flatMap((route) => sourcesOf(route)),
  );
  return `no route names the channel "${channel}"${near === undefined ? '' : `. Did you mean "${near}"?`}`;
}
