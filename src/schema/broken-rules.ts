import type { ErrorObject } from 'ajv/dist/2020.js';
import { isObject, valueAt } from './json.ts';
import { createAjv, ruleWords } from './payload-schemas.ts';
import { toPointer } from './pointer.ts';
import { withPlainReferences, type SchemaFiles } from './references.ts';
import type { SchemaFile } from './walk.ts';

/** A rule that a value breaks, for a reader who may see the value. Logs use the text of `Check`, which contains no part of it. */
export interface BrokenRule {
  /** JSON Pointer into the value; "" is the whole value. */
  readonly at: string;
  /** JSON Pointer into the schema, after the name of its file if that is another one. */
  readonly rule: string;
  readonly message: string;
  /** The key that the rule does not allow; `at` is its place. */
  readonly key?: string;
  /** The value at that place as JSON; the beginning of a long one. */
  readonly found: string;
}

/** Returns all rules of a valid schema that the value breaks; none if `check` failed for a reason that no rule covers. */
export function brokenRules(value: unknown, main: SchemaFile, files: SchemaFiles): BrokenRule[] {
  const ajv = createAjv({
    ownProperties: true,
    strict: false,
    strictNumbers: true,
    validateSchema: false,
    allErrors: true,
    verbose: true,
  });
  for (const file of files.values()) ajv.addSchema(withPlainReferences(file), file.uri);
  const validate = ajv.getSchema(main.uri);
  try {
    return validate === undefined || validate(value) === true ? [] : (validate.errors ?? []).map(toRule);
  } catch (error) {
    // A recursive schema descends as deep as the value does.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function toRule(error: ErrorObject): BrokenRule {
  const { instancePath, schemaPath, data } = error;
  const rule = { at: instancePath, rule: inFile(schemaPath), message: ruleWords(error), found: excerpt(data) };
  const key = keyOf(error);
  if (key === undefined) return rule;
  const found = isObject(data) ? excerpt(valueAt(data, [key])) : rule.found;
  return { ...rule, at: instancePath + toPointer([key]), message: `${rule.message}: ${excerpt(key)}`, key, found };
}

/** Finds the key that is not allowed, which ajv's message does not name. */
function keyOf({ params, propertyName }: ErrorObject): string | undefined {
  const key: unknown =
    params['additionalProperty'] ?? params['unevaluatedProperty'] ?? params['propertyName'] ?? propertyName;
  return typeof key === 'string' ? key : undefined;
}

/** `file:///…/schemas/common.schema.json#/$defs/id/minimum` → `common.schema.json#/$defs/id/minimum`. */
function inFile(schemaPath: string): string {
  const [uri = '', pointer = ''] = schemaPath.split('#');
  return `${decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1))}#${pointer}`;
}

const LONGEST = 60;

function excerpt(data: unknown): string {
  const text = JSON.stringify(data) ?? 'nothing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
