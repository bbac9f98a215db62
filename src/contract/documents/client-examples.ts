import { envelopeFields, type Envelope } from '../../config/routes/envelope.ts';
import type { CheckedEventRoute } from '../../config/routes/route-config.ts';
import { without } from '../../routes/json-text.ts';
import { compileShaping } from '../../routes/payload.ts';
import { isObject } from '../../schema/json.ts';
import { listOf } from '../../schema/all-of.ts';

/** The examples of the route's schema as clients would get them. */
export function clientExamples({ payload: { main }, shape }: CheckedEventRoute, envelope: Envelope): unknown[] {
  const shaped = compileShaping(shape);
  const taken = envelopeFields(envelope);
  const examples = isObject(main.json) ? listOf(main.json['examples']) : [];
  return examples
    .filter(isObject)
    .map((example) => taken.reduce((text, field) => without(text, [field]), JSON.stringify(example)))
    .map((text): unknown => JSON.parse(shaped(text)));
}
