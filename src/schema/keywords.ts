import { errorFinding, warningFinding, type SchemaFinding } from './schema-finding.ts';
import { didYouMean } from './did-you-mean.ts';
import type { SchemaFile, Subschema } from './walk.ts';

/** The supported keywords of JSON Schema 2020-12. */
const KEYWORDS = new Set(
  [
    '$schema $id $ref $anchor $defs definitions $comment',
    'title description default deprecated readOnly writeOnly examples',
    'type const enum format contentEncoding contentMediaType contentSchema',
    'multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern',
    'maxItems minItems uniqueItems maxContains minContains prefixItems items contains unevaluatedItems',
    'maxProperties minProperties required dependentRequired dependentSchemas',
    'properties patternProperties additionalProperties propertyNames unevaluatedProperties',
    'allOf anyOf oneOf not if then else',
  ].flatMap((line) => line.split(' ')),
);

/** Keywords of other drafts and dialects, and their replacement. */
const INSTEAD = new Map([
  ['id', 'an identifier is called $id'],
  ['nullable', 'add "null" to type'],
  ['example', 'write examples, a list'],
  ['dependencies', 'write dependentRequired or dependentSchemas'],
  ['additionalItems', 'write prefixItems for the first items and items for the rest'],
  ['divisibleBy', 'write multipleOf'],
  ['discriminator', 'oneOf alone has the same effect'],
  ['$dynamicRef', 'name the schema with $ref'],
  ['$dynamicAnchor', 'write $anchor'],
  ['$recursiveRef', 'write "$ref": "#"'],
  ['$recursiveAnchor', 'remove it'],
]);

/** A misspelt rule would check nothing, so each keyword must be a known one; `x-…` is for your own tools. */
export function keywordFindings(file: SchemaFile, { path, schema }: Subschema): SchemaFinding[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const at = [...path, keyword];
    if (Array.isArray(value) && value.length === 0 && keyword === 'enum')
      return [
        errorFinding(file, 'schema-keyword', at, 'enum is empty, so that no value is valid; list the allowed ones'),
      ];
    if (KEYWORDS.has(keyword) || keyword.startsWith('x-')) return [];
    return [errorFinding(file, 'schema-keyword', at, unknown(keyword))];
  });
}

function unknown(keyword: string): string {
  const instead = INSTEAD.get(keyword);
  if (instead !== undefined) return `keyword "${keyword}" is not one of JSON Schema 2020-12 as read here; ${instead}`;
  const near = didYouMean(keyword, [...KEYWORDS]);
  const advice = near === undefined ? 'remove it, or begin it with x-' : `did you mean "${near}"?`;
  return `unknown keyword "${keyword}", which would check nothing; ${advice}`;
}

/** Keywords that have no effect without one of the listed ones in the same schema. */
const COMPANIONS: readonly (readonly [string, readonly string[]])[] = [
  ['if', ['then', 'else']],
  ['then', ['if']],
  ['else', ['if']],
  ['minContains', ['contains']],
  ['maxContains', ['contains']],
];

export function noEffectFindings(file: SchemaFile, { path, schema }: Subschema): SchemaFinding[] {
  return COMPANIONS.filter(([keyword, companions]) => {
    return Object.hasOwn(schema, keyword) && !companions.some((one) => Object.hasOwn(schema, one));
  }).map(([keyword, companions]) =>
    warningFinding(
      file,
      'schema-loose',
      [...path, keyword],
      `"${keyword}" does nothing without "${companions.join('" or "')}"`,
    ),
  );
}
