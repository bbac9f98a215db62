import { Ajv2020, type ErrorObject, type Options } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { fault, ownFaults, type SchemaFault } from './faults.ts';
import { isObject } from './json.ts';
import { linearPattern } from './pattern.ts';
import { parsePath } from './pointer.ts';
import { fileOfReference, referencesOf, type SchemaFiles } from './references.ts';
import { subschemas, type SchemaFile } from './walk.ts';

/** Nothing where the value is valid; else the first rule it breaks, in words that hold nothing of the value. */
export type Check = (value: unknown) => string | undefined;

export interface CompiledSchema {
  readonly check?: Check;
  readonly faults: readonly SchemaFault[];
}

/** Compiles payload schemas (JSON Schema 2020-12, strict). One per load, so that an old plan's validators go with it. */
export interface PayloadSchemas {
  /** @param files every file that `main` refers to, directly or not. */
  compile(main: SchemaFile, files: SchemaFiles): CompiledSchema;
}

export function createPayloadSchemas(): PayloadSchemas {
  const linted = new Map<string, readonly SchemaFault[]>();
  const ajv = createAjv({ strict: false, validateSchema: false, logger: false });
  return {
    compile(main, files) {
      const faults = [...files.values()].flatMap((file) => {
        const known = linted.get(file.uri) ?? lint(file, files);
        linted.set(file.uri, known);
        return known;
      });
      if (faults.some(({ severity }) => severity === 'error')) return { faults };
      for (const file of files.values())
        if (ajv.getSchema(file.uri) === undefined) ajv.addSchema(identified(file), file.uri);
      const check = checkOf(ajv, main);
      return { check, faults: [...faults, ...exampleFaults(main, check)] };
    },
  };
}

function createAjv(options: Options): Ajv2020 {
  const regExp = Object.assign(linearPattern, { code: 'linearPattern' });
  const ajv = new Ajv2020({ ...options, allowUnionTypes: true, code: { regExp } });
  formats.default(ajv);
  return ajv;
}

function checkOf(ajv: Ajv2020, main: SchemaFile): Check {
  const validate = ajv.getSchema(main.uri);
  if (validate === undefined) throw new Error(`schema ${main.uri} was added but is not there`);
  return (value) => (validate(value) === true ? undefined : broken(validate.errors?.[0]));
}

/** The schema's place, not the value's: a value's keys may be anything, a schema's are the author's. */
function broken(error: ErrorObject | undefined): string {
  return error === undefined ? 'is not valid' : `${error.message ?? error.keyword} (${error.schemaPath})`;
}

/** A file is known by where it lies; an `$id` of its own would move its relative references elsewhere. */
function identified(file: SchemaFile): boolean | object {
  return isObject(file.json) ? { ...file.json, $id: file.uri } : file.json === true;
}

function lint(file: SchemaFile, files: SchemaFiles): SchemaFault[] {
  const own = [...ownFaults(file, files), ...referenceFaults(file, files), ...formatFaults(file)];
  if (own.some(({ severity }) => severity === 'error')) return own;
  return [...own, ...ajvFaults(file, files)];
}

function referenceFaults(file: SchemaFile, files: SchemaFiles): SchemaFault[] {
  return referencesOf(file.json).flatMap(({ ref, path }) => {
    const uri = fileOfReference(ref, file.uri);
    if (uri === undefined)
      return [
        fault(
          file,
          'schema-remote-ref',
          path,
          `$ref "${ref}" leaves this folder tree; nothing is fetched, refer to a file`,
        ),
      ];
    return files.has(uri) ? [] : [fault(file, 'schema-ref', path, `$ref "${ref}" names a file that cannot be read`)];
  });
}

function formatFaults(file: SchemaFile): SchemaFault[] {
  const known = createAjv({}).formats;
  return [...subschemas(file.json)].flatMap(({ path, schema }) => {
    const format = schema['format'];
    if (typeof format !== 'string' || Object.hasOwn(known, format)) return [];
    return [
      fault(
        file,
        'schema-format',
        [...path, 'format'],
        `format "${format}" is not known; known are ${Object.keys(known).join(', ')}`,
      ),
    ];
  });
}

/** Against the meta-schema, all at once, then a strict compile whose complaints are collected. */
function ajvFaults(file: SchemaFile, files: SchemaFiles): SchemaFault[] {
  const complaints: string[] = [];
  const listen = (message: unknown): number => complaints.push(String(message));
  const ajv = createAjv({ strict: 'log', allErrors: true, logger: { log: listen, warn: listen, error: listen } });
  const bare = isObject(file.json) ? file.json : {};
  if (ajv.validateSchema(bare) !== true) return metaFaults(file, ajv.errors ?? []);
  try {
    for (const other of files.values()) ajv.addSchema(identified(other), other.uri);
    ajv.getSchema(file.uri);
  } catch (error) {
    return [fault(file, 'schema-ref', [], error instanceof Error ? error.message : String(error))];
  }
  return complaints.map((complaint) => strictFault(file, complaint));
}

function metaFaults(file: SchemaFile, errors: readonly ErrorObject[]): SchemaFault[] {
  const first = new Map(errors.toReversed().map((error) => [error.instancePath, error]));
  return [...first.values()].map((error) => {
    const allowed = error.params['allowedValues'];
    const list = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
    return fault(file, 'schema-keyword', parsePath(error.instancePath), `${error.message ?? error.keyword}${list}`);
  });
}

/** ajv names the keyword or the place in its text; misspelt keywords are refused, loose types only warned of. */
function strictFault(file: SchemaFile, complaint: string): SchemaFault {
  const text = complaint.replace(/^strict mode: /, '');
  const keyword = /unknown keyword: "(.+)"/.exec(text)?.[1];
  const holder = [...subschemas(file.json)].find(
    ({ schema }) => keyword !== undefined && Object.hasOwn(schema, keyword),
  );
  const place = /at (?:path )?"#(.*?)"/.exec(text)?.[1] ?? '';
  const path = keyword === undefined ? parsePath(decodeURIComponent(place)) : [...(holder?.path ?? []), keyword];
  const loose = /\(strict(Types|Required|Tuples)\)/.test(text) || keyword === undefined;
  return { ...fault(file, 'schema-keyword', path, text), severity: loose ? 'warning' : 'error' };
}

function exampleFaults(main: SchemaFile, check: Check): SchemaFault[] {
  const examples: unknown = isObject(main.json) ? main.json['examples'] : undefined;
  if (!Array.isArray(examples)) return [];
  return examples.flatMap((example: unknown, index) => {
    const problem = check(example);
    if (problem === undefined) return [];
    return [
      fault(main, 'schema-example', ['examples', String(index)], `this example breaks its own schema: ${problem}`),
    ];
  });
}
