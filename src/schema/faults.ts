import { isObject } from './json.ts';
import { patternProblem } from './pattern.ts';
import { follow, type SchemaFiles } from './references.ts';
import { inPlaceSchemas, subschemas, type SchemaFile } from './walk.ts';

export type FaultCode =
  | 'schema-dialect'
  | 'schema-keyword'
  | 'schema-format'
  | 'schema-ref'
  | 'schema-remote-ref'
  | 'schema-loop'
  | 'schema-pattern'
  | 'schema-example'
  | 'schema-costly';

/** What is wrong in a schema file, and where. */
export interface SchemaFault {
  readonly code: FaultCode;
  readonly severity: 'error' | 'warning';
  readonly uri: string;
  readonly path: readonly string[];
  readonly message: string;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Faults that ajv lets pass or only meets at run time. */
export function ownFaults(file: SchemaFile, files: SchemaFiles): SchemaFault[] {
  return [...dialectFaults(file), ...patternFaults(file), ...costFaults(file), ...loopFaults(file, files)];
}

function dialectFaults(file: SchemaFile): SchemaFault[] {
  const faults: SchemaFault[] = [];
  if (typeof file.json !== 'boolean' && !isObject(file.json)) {
    faults.push(fault(file, 'schema-dialect', [], 'a schema is an object; found another JSON value'));
  }
  for (const { path, schema } of subschemas(file.json)) {
    const dialect = schema['$schema'];
    if (dialect !== undefined && dialect !== DIALECT && dialect !== `${DIALECT}#`) {
      const message = `$schema names ${JSON.stringify(dialect)}; schemas here are JSON Schema 2020-12: "${DIALECT}"`;
      faults.push(fault(file, 'schema-dialect', [...path, '$schema'], message));
    }
    if (path.length > 0 && schema['$id'] !== undefined) {
      const message = 'an $id inside a file is not followed; move that schema to a file of its own';
      faults.push(fault(file, 'schema-keyword', [...path, '$id'], message));
    }
  }
  return faults;
}

/** Payload patterns run on RE2, in linear time. Exponential ones are refused all the same: others run the schema too. */
function patternFaults(file: SchemaFile): SchemaFault[] {
  return [...subschemas(file.json)].flatMap(({ path, schema }) => {
    const pattern = schema['pattern'];
    const single = typeof pattern === 'string' ? [{ text: pattern, at: [...path, 'pattern'] }] : [];
    const keys = isObject(schema['patternProperties']) ? Object.keys(schema['patternProperties']) : [];
    return [...single, ...keys.map((text) => ({ text, at: [...path, 'patternProperties', text] }))].flatMap(
      ({ text, at }) => {
        const problem = patternProblem(text);
        return problem === undefined
          ? []
          : [fault(file, 'schema-pattern', at, `pattern ${JSON.stringify(text)} ${problem}`)];
      },
    );
  });
}

function costFaults(file: SchemaFile): SchemaFault[] {
  return [...subschemas(file.json)]
    .filter(({ schema }) => schema['uniqueItems'] === true && schema['maxItems'] === undefined)
    .map(({ path }) => ({
      ...fault(
        file,
        'schema-costly',
        [...path, 'uniqueItems'],
        'uniqueItems compares all pairs of a list; bound it with maxItems',
      ),
      severity: 'warning' as const,
    }));
}

function loopFaults(file: SchemaFile, files: SchemaFiles): SchemaFault[] {
  return [...subschemas(file.json)].flatMap(({ path, schema }) => {
    const ref = schema['$ref'];
    if (typeof ref !== 'string' || !returnsTo(ref, file, files)) return [];
    return [fault(file, 'schema-loop', [...path, '$ref'], `$ref "${ref}" leads back to itself and would never end`)];
  });
}

function returnsTo(ref: string, file: SchemaFile, files: SchemaFiles): boolean {
  const start = follow(ref, file, files);
  if (start === undefined) return false;
  const seen = new Set<string>();
  const open = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { file: inFile } = next;
    for (const target of inPlaceRefs(next.schema).flatMap((text) => follow(text, inFile, files) ?? [])) {
      if (target.key === start.key) return true;
      if (!seen.has(target.key)) open.push(target);
      seen.add(target.key);
    }
  }
  return false;
}

/** A $ref loop through schemas that all judge the same value never ends. */
function inPlaceRefs(schema: unknown): string[] {
  return [...inPlaceSchemas(schema)].map((inner) => inner['$ref']).filter((ref) => typeof ref === 'string');
}

export function fault(file: SchemaFile, code: FaultCode, path: readonly string[], message: string): SchemaFault {
  return { code, severity: 'error', uri: file.uri, path, message };
}
