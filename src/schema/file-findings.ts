import { errorFinding, warningFinding, type SchemaFinding } from './schema-finding.ts';
import { isObject } from './json.ts';
import { noEffectFindings, keywordFindings } from './keywords.ts';
import { patternProblem } from './pattern.ts';
import { subschemas, type SchemaFile, type Subschema } from './walk.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Finds problems in a single file that ajv accepts, reports without a place, or only finds at run time. */
export function fileFindings(file: SchemaFile): SchemaFinding[] {
  if (typeof file.json !== 'boolean' && !isObject(file.json))
    return [errorFinding(file, 'schema-dialect', [], 'a schema is an object; found another JSON value')];
  return [...subschemas(file.json)].flatMap((place) => [
    ...dialectFindings(file, place),
    ...keywordFindings(file, place),
    ...noEffectFindings(file, place),
    ...patternFindings(file, place),
    ...costFindings(file, place),
  ]);
}

function dialectFindings(file: SchemaFile, { path, schema }: Subschema): SchemaFinding[] {
  const findings: SchemaFinding[] = [];
  const dialect = schema['$schema'];
  if (dialect !== undefined && dialect !== DIALECT && dialect !== `${DIALECT}#`) {
    const message = `$schema names ${JSON.stringify(dialect)}; schemas here are JSON Schema 2020-12: "${DIALECT}"`;
    findings.push(errorFinding(file, 'schema-dialect', [...path, '$schema'], message));
  }
  return findings;
}

/** Payload patterns run on RE2, in linear time. Exponential ones are refused anyway: other engines run the schema too. */
function patternFindings(file: SchemaFile, { path, schema }: Subschema): SchemaFinding[] {
  const { pattern, patternProperties } = schema;
  const single = typeof pattern === 'string' ? [{ text: pattern, at: ['pattern'] }] : [];
  const keys = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  return [...single, ...keys.map((text) => ({ text, at: ['patternProperties', text] }))].flatMap(({ text, at }) => {
    const problem = patternProblem(text);
    const message = `pattern ${JSON.stringify(text.slice(0, 80))} ${problem}`;
    return problem === undefined ? [] : [errorFinding(file, 'schema-pattern', [...path, ...at], message)];
  });
}

/** Only items of these types are compared by a hash, others pair by pair. */
const SCALARS = new Set(['string', 'number', 'integer', 'boolean', 'null']);

function costFindings(file: SchemaFile, { path, schema }: Subschema): SchemaFinding[] {
  const { uniqueItems, maxItems, items } = schema;
  const type: unknown = isObject(items) ? items['type'] : undefined;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (uniqueItems !== true || maxItems !== undefined || types.every((one) => SCALARS.has(String(one)))) return [];
  const message = 'uniqueItems compares all pairs of a list; bound it with maxItems';
  return [warningFinding(file, 'schema-costly', [...path, 'uniqueItems'], message)];
}
