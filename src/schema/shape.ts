import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { didYouMean } from './did-you-mean.ts';
import { parsePath } from './pointer.ts';

/** One place where a value breaks its schema, with a text for its author. */
export interface Violation {
  readonly kind: 'unknown-key' | 'missing-key' | 'wrong-value';
  readonly path: readonly string[];
  /** Whether the key at the end of `path` or its value is wrong. */
  readonly of: 'key' | 'value';
  readonly message: string;
}

/** Compiles one of our own schemas. The result lists all problems of a value, not only the first. */
export function compileShape(schema: unknown): (value: unknown) => Violation[] {
  if (!isRecord(schema)) throw new TypeError('a schema is an object');
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, strictTypes: false, strictRequired: false });
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).filter(isReported).map(toViolation);
  };
}

/** Leaves out `if`, which only reports that its branch failed, and a name's own rule, which is reported with the name. */
function isReported({ keyword, propertyName }: ErrorObject): boolean {
  return keyword !== 'if' && (propertyName === undefined || keyword === 'propertyNames');
}

type Reporter = (error: ErrorObject, path: readonly string[]) => Violation;

const REPORTERS: Readonly<Record<string, Reporter>> = {
  additionalProperties({ params, parentSchema }, path) {
    const key = String(params['additionalProperty']);
    return { kind: 'unknown-key', path: [...path, key], of: 'key', message: unknownKey(key, keysOf(parentSchema)) };
  },
  required(error, path) {
    const key = String(error.params['missingProperty']);
    return { kind: 'missing-key', path, of: 'key', message: `key "${key}" is missing. ${ruleOf(error, key)}`.trim() };
  },
  propertyNames(error, path) {
    const key = String(error.params['propertyName']);
    const message = `name ${quoted(key)} is not allowed. ${allowed(error)}`;
    return { kind: 'wrong-value', path: [...path, key], of: 'key', message };
  },
  enum(error, path) {
    const values: unknown = error.params['allowedValues'];
    const near = Array.isArray(values) ? didYouMean(String(error.data), values.map(String)) : undefined;
    const message = `found ${found(error)}. ${allowed(error)}${near === undefined ? '' : ` Did you mean "${near}"?`}`;
    return { kind: 'wrong-value', path, of: 'value', message };
  },
  uniqueItems({ params }, path) {
    const [first, again] = [Number(params['j']), Number(params['i'])].sort((a, b) => a - b);
    const message = `stands in the list already, as item ${Number(first) + 1}; keep one of them`;
    return { kind: 'wrong-value', path: [...path, String(again)], of: 'value', message };
  },
};

function toViolation(error: ErrorObject): Violation {
  const path = parsePath(error.instancePath);
  const reporter = REPORTERS[error.keyword];
  if (reporter) return reporter(error, path);
  const message =
    path.length === 0 ? `${rootKeys(error)}, found ${found(error)}` : `found ${found(error)}. ${allowed(error)}`;
  return { kind: 'wrong-value', path, of: 'value', message };
}

/** Returns the description of a value in our schema, which is written for the author. */
function allowed({ parentSchema, message, keyword }: ErrorObject): string {
  const rule: unknown = parentSchema?.['description'];
  return typeof rule === 'string' ? rule : (message ?? keyword);
}

function rootKeys(error: ErrorObject): string {
  const required: unknown = error.parentSchema?.['required'];
  return `expected a map with the keys ${Array.isArray(required) ? required.join(' and ') : ''}`;
}

/** `unknown key "evnt"; allowed here: event, …. Did you mean "event"?` */
function unknownKey(key: string, allowed: readonly string[]): string {
  const near = didYouMean(key, allowed);
  return `unknown key ${quoted(key)}; allowed here: ${allowed.join(', ')}.${near === undefined ? '' : ` Did you mean "${near}"?`}`;
}

function found(error: ErrorObject): string {
  const data: unknown = error.data;
  const wantsText = error.keyword === 'type' && error.params['type'] === 'string';
  if (data === null || data === undefined) return 'nothing';
  if (wantsText && (typeof data === 'number' || typeof data === 'boolean'))
    return `the ${typeof data} ${String(data)} (quote it to make it text)`;
  if (typeof data === 'string') return quoted(data);
  if (Array.isArray(data)) return data.length === 0 ? 'an empty list' : 'a list';
  if (typeof data === 'object')
    return Object.keys(data).length === 0 ? 'an empty map' : `a map with ${Object.keys(data).slice(0, 5).join(', ')}`;
  return `the ${typeof data} ${JSON.stringify(data)}`;
}

const LONGEST_QUOTE = 60;

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}

function keysOf(schema: unknown): string[] {
  const properties: unknown = isRecord(schema) ? schema['properties'] : undefined;
  return isRecord(properties) ? Object.keys(properties) : [];
}

function ruleOf(error: ErrorObject, key: string): string {
  const properties: unknown = error.parentSchema?.['properties'];
  const property = isRecord(properties) ? properties[key] : undefined;
  const description = isRecord(property) ? property['description'] : undefined;
  return typeof description === 'string' ? description : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
