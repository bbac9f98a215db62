import { Ajv2020, type ErrorObject, type Options } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { errorFinding, hasErrors, type SchemaFinding } from './schema-finding.ts';
import { fileFindings } from './file-findings.ts';
import { isObject } from './json.ts';
import { looseKeywordFindings } from './loose-keywords.ts';
import { linearPattern } from './pattern.ts';
import { parsePath } from './pointer.ts';
import { referenceFindings } from './reference-findings.ts';
import { withPlainReferences, type SchemaFiles } from './references.ts';
import { subschemas, type SchemaFile } from './walk.ts';

/** Returns undefined for a valid value, otherwise the first rule that it breaks, in a text without any part of the value. */
export type Check = (value: unknown) => string | undefined;

export interface CompiledSchema {
  readonly check?: Check;
  readonly findings: readonly SchemaFinding[];
}

/** Compiles payload schemas (JSON Schema 2020-12, strict). One per load, so that an old plan's validators are freed with it. */
export interface PayloadSchemas {
  /**
   * Compiles one schema. Errors are findings; then there is no check.
   *
   * @param files every file that `main` refers to, directly or indirectly.
   * @param problems why referenced files cannot be read, by URI.
   */
  compile(main: SchemaFile, files: SchemaFiles, problems?: ReadonlyMap<string, string>): CompiledSchema;
}

export function createPayloadSchemas(): PayloadSchemas {
  const linted = new Map<string, readonly SchemaFinding[]>();
  const reports: string[] = [];
  const options = { ...STRICT, logger: listener(reports) };
  const plain = createAjv(options);
  let careful: Ajv2020 | undefined;
  const ajvFor = (files: SchemaFiles): Ajv2020 =>
    nameInherited(files) ? (careful ??= createAjv({ ...options, ownProperties: true })) : plain;
  return {
    compile(main, files, problems = new Map()) {
      const findings = [...files.values()].flatMap((file) => {
        const known = linted.get(file.uri) ?? lint(file, files, problems);
        linted.set(file.uri, known);
        return known;
      });
      if (hasErrors(findings)) return { findings };
      const check = compiled(ajvFor(files), main, files);
      if (typeof check !== 'function') return { findings: [...findings, check] };
      const loose = looseKeywordFindings(reports.splice(0), files);
      return { check, findings: [...findings, ...loose, ...exampleFindings(main, check)] };
    },
  };
}

const INHERITED = new RegExp(`"(?:${Object.getOwnPropertyNames(Object.prototype).join('|')})"`);

/**
 * Returns whether schemas name a property that every object inherits, such as `toString`. Without `ownProperties` each message
 * would have it: as a function, which is no text. That option costs each check some nanoseconds per property.
 */
function nameInherited(files: SchemaFiles): boolean {
  return [...files.values()].some(({ json }) => INHERITED.test(JSON.stringify(json)));
}

/** Unknown keywords and formats are found by our own code, with their places; ajv logs the other strict-mode problems. */
const STRICT: Options = {
  strict: false,
  strictSchema: 'log',
  strictTypes: 'log',
  // 1e999 is Infinity, which no client can use.
  strictNumbers: true,
  validateSchema: false,
};

function listener(reports: string[]): Exclude<Options['logger'], false | undefined> {
  const listen = (message: unknown): number => reports.push(String(message));
  return { log: listen, warn: listen, error: listen };
}

/** Creates an Ajv with formats, and with patterns that run in linear time. */
export function createAjv(options: Options): Ajv2020 {
  const regExp = Object.assign(linearPattern, { code: 'linearPattern' });
  const ajv = new Ajv2020({ ...options, code: { regExp } });
  formats.default(ajv);
  return ajv;
}

/** Only validates schemas. Shared, because compiling the meta-schema takes longer than everything else. */
const META = createAjv({ strict: false, allErrors: true, verbose: true });

function compiled(ajv: Ajv2020, main: SchemaFile, files: SchemaFiles): Check | SchemaFinding {
  try {
    for (const file of files.values())
      if (!Object.hasOwn(ajv.schemas, file.uri)) ajv.addSchema(withPlainReferences(file), file.uri);
    return checkOf(ajv, main);
  } catch (error) {
    return errorFinding(
      main,
      'schema-keyword',
      [],
      `cannot be compiled: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function checkOf(ajv: Ajv2020, main: SchemaFile): Check {
  const validate = ajv.getSchema(main.uri);
  if (validate === undefined) throw new Error(`schema ${main.uri} was added but is not there`);
  return (value) => {
    try {
      return validate(value) === true ? undefined : broken(validate.errors?.[0]);
    } catch (error) {
      // A recursive schema descends as deep as the value does.
      if (error instanceof RangeError) return 'is nested too deep to be checked';
      throw error;
    }
  };
}

/** Names the place in the schema, not in the value: keys of a value are the publisher's data. */
function broken(error: ErrorObject | undefined): string {
  return error === undefined ? 'is not valid' : `${ruleWords(error)} (${error.schemaPath})`;
}

/** Describes a rule, and the reason of a rule that keeps numbers exact. */
export function ruleWords({ keyword, params, message = keyword }: ErrorObject): string {
  const exact = keyword === 'maximum' && params['limit'] === Number.MAX_SAFE_INTEGER;
  return exact ? `${message}, 2^53 - 1: JSON readers round larger numbers, publish them as text` : message;
}

function lint(file: SchemaFile, files: SchemaFiles, problems: ReadonlyMap<string, string>): SchemaFinding[] {
  const own = [...fileFindings(file), ...formatFindings(file), ...referenceFindings(file, files, problems)];
  const meta = metaFindings(file).filter(({ path }) => !own.some((known) => samePath(known.path, path)));
  return [...own, ...meta];
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((segment, index) => segment === b[index]);
}

function formatFindings(file: SchemaFile): SchemaFinding[] {
  return [...subschemas(file.json)].flatMap(({ path, schema: { format } }) => {
    if (typeof format !== 'string' || Object.hasOwn(META.formats, format)) return [];
    const message = `format "${format}" is not known; known are ${Object.keys(META.formats).join(', ')}`;
    return [errorFinding(file, 'schema-format', [...path, 'format'], message)];
  });
}

/** Returns all findings of the meta-schema at their innermost places, without those of the schemas around them. */
function metaFindings(file: SchemaFile): SchemaFinding[] {
  if (!isObject(file.json)) return [];
  const undated = Object.fromEntries(Object.entries(file.json).filter(([keyword]) => keyword !== '$schema'));
  if (META.validateSchema(undated) === true) return [];
  const errors = META.errors ?? [];
  const first = new Map(errors.toReversed().map((error) => [error.instancePath, error]));
  return [...first.values()]
    .filter(({ instancePath: outer }) => !errors.some((error) => error.instancePath.startsWith(`${outer}/`)))
    .map((error) => {
      const path = parsePath(error.instancePath);
      const allowed: unknown = error.params['allowedValues'];
      const list = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
      const found = JSON.stringify(error.data)?.slice(0, 60) ?? '';
      const message = `${path.at(-1) ?? 'the schema'} is ${found}; it ${error.message ?? 'is not allowed'}${list}`;
      return errorFinding(file, 'schema-keyword', path, message);
    });
}

function exampleFindings(main: SchemaFile, check: Check): SchemaFinding[] {
  const examples: unknown = isObject(main.json) ? main.json['examples'] : undefined;
  if (!Array.isArray(examples)) return [];
  return examples.flatMap((example: unknown, index) => {
    const problem = check(example);
    if (problem === undefined) return [];
    return [
      errorFinding(
        main,
        'schema-example',
        ['examples', String(index)],
        `this example breaks its own schema: ${problem}`,
      ),
    ];
  });
}
