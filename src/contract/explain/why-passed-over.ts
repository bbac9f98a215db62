import type { CheckedRoute } from '../../config/routes/route-config.ts';
import { anyOf, type WhenConfig, type WhenField } from '../../config/routes/when.ts';
import { brokenRules } from '../../schema/broken-rules.ts';
import { valueAt } from '../../schema/json.ts';

/** Says why `when` of a route does not hold, for a reader who may see the message. */
export function whyPassedOver({ when }: Pick<CheckedRoute, 'when'>, message: unknown): string {
  if (when === undefined) return 'the route takes every message';
  return when.kind === 'fields' ? whyFields(when.fields, message) : whySchema(when, message);
}

function whyFields(fields: readonly WhenField[], message: unknown): string {
  return fields
    .map(({ field, values }) => ({ field, values, found: valueAt(message, field.path) }))
    .filter(({ values, found }) => !values.some((value) => value === found))
    .map(({ field, values, found }) => `${field.text} is ${excerpt(found)}, when asks for ${anyOf(values)}`)
    .join('; ');
}

const LONGEST = 40;

function excerpt(found: unknown): string {
  const text = JSON.stringify(found) ?? 'absent';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function whySchema({ schema }: WhenConfig & { kind: 'matches' }, message: unknown): string {
  const main = { uri: 'file:///when', json: schema };
  const [first, ...others] = brokenRules(message, main, new Map([[main.uri, main]]));
  if (first === undefined) return 'it does not match the schema of when';
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `it does not match the schema of when: ${first.at === '' ? 'the message' : first.at} ${first.message}${more}`;
}
