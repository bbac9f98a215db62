import type { Node } from '../../schema/all-of.ts';
import type { Fact, Versions } from './facts.ts';
import { inlined } from '../schemas/inlined.ts';

const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];

/** A higher floor or a lower ceiling lets fewer values through. */
export function limitFacts({ before, after, name }: Versions): Fact[] {
  return [...LOWER, ...UPPER].flatMap((keyword) => {
    const sign = LOWER.includes(keyword) ? 1 : -1;
    const [old, now] = [strictest(before, keyword, sign), strictest(after, keyword, sign)];
    if (old === now) return [];
    const kind = now > old ? 'narrowed' : 'widened';
    return [{ kind, what: `${name}: ${keyword} is ${shown(now * sign)}, and was ${shown(old * sign)}` } as const];
  });
}

/** As a number that is the higher the stricter the limit; none is the lowest. */
function strictest(nodes: readonly Node[], keyword: string, sign: 1 | -1): number {
  const limits = nodes.flatMap(({ schema }) => (typeof schema[keyword] === 'number' ? [schema[keyword] * sign] : []));
  return Math.max(-Infinity, ...limits);
}

export function shown(limit: number): string {
  return Number.isFinite(limit) ? String(limit) : 'not set';
}

// It cannot be decided whether one of these allows more or fewer values than another of its kind.
const OPAQUE = [
  'pattern format multipleOf uniqueItems contains not if then else propertyNames patternProperties',
  'dependentRequired dependentSchemas unevaluatedItems contentEncoding contentMediaType contentSchema',
].flatMap((line) => line.split(' '));

export function ruleFacts({ before, after, name }: Versions): Fact[] {
  return OPAQUE.flatMap((keyword): Fact[] => {
    const [old, now] = [said(before, keyword), said(after, keyword)];
    if (old === now) return [];
    if (old === '[]') return [{ kind: 'narrowed', what: `${name} has a rule of ${keyword}` }];
    if (now === '[]') return [{ kind: 'widened', what: `${name} has no rule of ${keyword} any more` }];
    return [{ kind: 'changed', what: `${name} has another rule of ${keyword}` }];
  });
}

const WORDS = ['title', 'description', 'examples', 'default', 'deprecated', 'readOnly', 'writeOnly'];

export function wordFacts({ before, after, name }: Versions): Fact[] {
  const different = WORDS.filter((keyword) => said(before, keyword) !== said(after, keyword));
  if (different.length === 0) return [];
  return [{ kind: 'words', what: `${name} has another ${different.join(' and ')}` }];
}

/** All that is said with a keyword, as text that compares. */
function said(nodes: readonly Node[], keyword: string): string {
  const values = nodes
    .filter(({ schema }) => Object.hasOwn(schema, keyword) && schema[keyword] !== false)
    .map((node) => JSON.stringify(inlined({ ...node, schema: node.schema[keyword] })));
  return JSON.stringify(values.toSorted());
}
