import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { distance } from 'fastest-levenshtein';
import { parsePath } from './pointer.ts';

/** One place where a value breaks the rules of its schema, in words for its author. */
export interface Violation {
  readonly kind: 'unknown-key' | 'missing-key' | 'wrong-value' | 'too-many-routes';
  readonly path: readonly string[];
  /** Whether the key at the end of `path` or its value is at fault. */
  readonly of: 'key' | 'value';
  readonly message: string;
}

/** Compiles one of our own schemas; the result lists everything that is wrong with a value, not only the first. */
export function compileShape(schema: object): (value: unknown) => Violation[] {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, strictTypes: false, strictRequired: false });
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).filter((error) => error.keyword !== 'if').map(toViolation);
  };
}

function toViolation(error: ErrorObject): Violation {
  const path = parsePath(error.instancePath);
  const rule: unknown = error.parentSchema?.['description'];
  const allowed = typeof rule === 'string' ? rule : (error.message ?? error.keyword);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty']);
      return {
        kind: 'unknown-key',
        path: [...path, key],
        of: 'key',
        message: unknownKey(key, keysOf(error.parentSchema)),
      };
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      return { kind: 'missing-key', path, of: 'key', message: `key "${key}" is missing. ${ruleOf(error, key)}`.trim() };
    }
    case 'propertyNames': {
      const key = String(error.params['propertyName']);
      return {
        kind: 'wrong-value',
        path: [...path, key],
        of: 'key',
        message: `name ${quoted(key)} is not allowed. ${allowed}`,
      };
    }
    case 'maxProperties':
      if (path.length === 1)
        return { kind: 'too-many-routes', path, of: 'value', message: `too many routes: ${allowed}` };
  }
  return { kind: 'wrong-value', path, of: 'value', message: `found ${found(error)}. ${allowed}` };
}

/** `unknown key "evnt"; allowed here: event, …. Did you mean "event"?` */
function unknownKey(key: string, allowed: readonly string[]): string {
  const near = didYouMean(key, allowed);
  return `unknown key ${quoted(key)}; allowed here: ${allowed.join(', ')}.${near === undefined ? '' : ` Did you mean "${near}"?`}`;
}

/** The one of `known` that `word` was probably meant to be. */
export function didYouMean(word: string, known: readonly string[], farthest = Infinity): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= Math.min(farthest, Math.max(1, Math.floor(candidate.name.length / 3))))
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
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
