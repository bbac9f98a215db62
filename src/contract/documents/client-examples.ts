import { envelopeFields } from '../../config/routes/envelope.ts';
import type { CheckedEventRoute } from '../../config/routes/route-config.ts';
import { without } from '../../routes/json-text.ts';
import { compileShaping } from '../../routes/payload.ts';
import { isObject } from '../../schema/json.ts';
import { publishedExamples } from '../publish/published-examples.ts';

/** The examples of the route's schema as clients would get them. */
export function clientExamples(route: CheckedEventRoute): unknown[] {
  const { shape, envelope } = route;
  const shaped = compileShaping(shape);
  const taken = envelopeFields(envelope);
  return publishedExamples(route, route.name)
    .map((example) => (envelope.kind !== 'fields' && isObject(example) ? example['data'] : example))
    .filter(isObject)
    .map((example) => taken.reduce((text, field) => without(text, [field]), JSON.stringify(example)))
    .map((text): unknown => JSON.parse(shaped(text)));
}
