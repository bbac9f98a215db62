import type { CheckedRoute } from '../config/routes-file.ts';
import { without } from '../routes/json-text.ts';
import { compileShaping } from '../routes/payload.ts';
import { isObject } from '../schema/json.ts';
import { listOf } from '../schema/conjuncts.ts';

/** The examples of the route's schema as clients would get them. */
export function clientExamples({ payload: { main }, shape }: CheckedRoute, traceparentField: string): unknown[] {
  const shaped = compileShaping(shape);
  const examples = isObject(main.json) ? listOf(main.json['examples']) : [];
  return examples
    .filter(isObject)
    .map((example): unknown => JSON.parse(shaped(without(JSON.stringify(example), [traceparentField]))));
}
