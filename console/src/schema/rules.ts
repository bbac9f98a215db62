import { asList, type JsonObject } from './parts.ts';

const json = (value: unknown): string => JSON.stringify(value);
const plural = (value: unknown, word: string): string => `${json(value)} ${word}${value === 1 ? '' : 's'}`;

const WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  minimum: (value) => `≥ ${json(value)}`,
  maximum: (value) => `≤ ${json(value)}`,
  exclusiveMinimum: (value) => `> ${json(value)}`,
  exclusiveMaximum: (value) => `< ${json(value)}`,
  multipleOf: (value) => `a multiple of ${json(value)}`,
  minLength: (value) => `at least ${plural(value, 'character')}`,
  maxLength: (value) => `at most ${plural(value, 'character')}`,
  minItems: (value) => `at least ${plural(value, 'item')}`,
  maxItems: (value) => `at most ${plural(value, 'item')}`,
  minProperties: (value) => `at least ${json(value)} properties`,
  maxProperties: (value) => `at most ${json(value)} properties`,
  uniqueItems: (value) => (value === true ? 'no item twice' : ''),
  pattern: (value) => `text matches ${String(value)}`,
  enum: (value) => `one of ${asList(value).map(json).join(', ')}`,
  const: (value) => `always ${json(value)}`,
  default: (value) => `default ${json(value)}`,
  examples: (value) => `for example ${asList(value).map(json).join(', ')}`,
  deprecated: (value) => (value === true ? 'deprecated' : ''),
  additionalProperties: (value) => (value === false ? 'no other properties' : ''),
  unevaluatedProperties: (value) => (value === false ? 'no other properties' : ''),
};

/** Keywords that another column or a row of their own shows. */
const ELSEWHERE = new Set(
  [
    '$ref allOf anyOf oneOf title description type format properties required items prefixItems additionalItems',
    'patternProperties $comment $defs definitions $schema $id $anchor',
  ].flatMap((words) => words.split(' ')),
);

/** What else holds for a value, in words; keywords without words are shown as they are. */
export function rulesOf(schemas: readonly JsonObject[]): string[] {
  const rules = schemas.flatMap((schema) =>
    Object.entries(schema)
      .filter(([keyword]) => !ELSEWHERE.has(keyword))
      .map(([keyword, value]) => WORDS[keyword]?.(value) ?? `${keyword}: ${json(value)}`),
  );
  return [...new Set(rules)].filter((rule) => rule !== '');
}
