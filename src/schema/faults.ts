import { fault, warning, type SchemaFault } from './fault.ts';
import { isObject } from './json.ts';
import { idleFaults, keywordFaults } from './keywords.ts';
import { patternProblem } from './pattern.ts';
import { subschemas, type SchemaFile, type Subschema } from './walk.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Faults in the file by itself, that ajv lets pass, tells without a place, or only meets at run time. */
export function ownFaults(file: SchemaFile): SchemaFault[] {
  if (typeof file.json !== 'boolean' && !isObject(file.json))
    return [fault(file, 'schema-dialect', [], 'a schema is an object; found another JSON value')];
  return [...subschemas(file.json)].flatMap((place) => [
    ...dialectFaults(file, place),
    ...keywordFaults(file, place),
    ...idleFaults(file, place),
    ...patternFaults(file, place),
    ...costFaults(file, place),
  ]);
}

function dialectFaults(file: SchemaFile, { path, schema }: Subschema): SchemaFault[] {
  const faults: SchemaFault[] = [];
  const dialect = schema['$schema'];
  if (dialect !== undefined && dialect !== DIALECT && dialect !== `${DIALECT}#`) {
    const message = `$schema names ${JSON.stringify(dialect)}; schemas here are JSON Schema 2020-12: "${DIALECT}"`;
    faults.push(fault(file, 'schema-dialect', [...path, '$schema'], message));
  }
  return faults;
}

/** Payload patterns run on RE2, in linear time. Exponential ones are refused all the same: others run the schema too. */
function patternFaults(file: SchemaFile, { path, schema }: Subschema): SchemaFault[] {
  const { pattern, patternProperties } = schema;
  const single = typeof pattern === 'string' ? [{ text: pattern, at: ['pattern'] }] : [];
  const keys = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  return [...single, ...keys.map((text) => ({ text, at: ['patternProperties', text] }))].flatMap(({ text, at }) => {
    const problem = patternProblem(text);
    const message = `pattern ${JSON.stringify(text.slice(0, 80))} ${problem}`;
    return problem === undefined ? [] : [fault(file, 'schema-pattern', [...path, ...at], message)];
  });
}

/** Items of these types alone are compared by a hash, others pair by pair. */
const SCALARS = new Set(['string', 'number', 'integer', 'boolean', 'null']);

function costFaults(file: SchemaFile, { path, schema }: Subschema): SchemaFault[] {
  const { uniqueItems, maxItems, items } = schema;
  const type: unknown = isObject(items) ? items['type'] : undefined;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (uniqueItems !== true || maxItems !== undefined || types.every((one) => SCALARS.has(String(one)))) return [];
  const message = 'uniqueItems compares all pairs of a list; bound it with maxItems';
  return [warning(file, 'schema-costly', [...path, 'uniqueItems'], message)];
}
