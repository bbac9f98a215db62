import { isObject } from '../../schema/json.ts';
import { flattenAllOf, listOf, type Node, type SchemaPlace } from '../../schema/all-of.ts';
import { branchFacts } from './branches.ts';
import type { Fact, Versions } from './facts.ts';
import { fieldFacts } from './fields.ts';
import { limitFacts, ruleFacts, wordFacts } from './rules.ts';
import { typeFacts, valueFacts } from './values.ts';
import { inlined } from '../schemas/inlined.ts';
import type { Schema } from '../schemas/schema-bundle.ts';

/** What differs between two schemas in one piece; nothing where they only say the same in other ways. */
export function schemaFacts(before: Schema, after: Schema): Fact[] {
  const facts = compareAt(rootOf(before), rootOf(after), [], []);
  // Two alternatives may differ in the same way.
  return [...new Map(facts.map((fact) => [fact.what, fact])).values()];
}

function rootOf(schema: Schema): SchemaPlace {
  const file = { uri: 'file:///schema', json: schema };
  return { file, files: new Map([[file.uri, file]]), schema };
}

function compareAt(before: SchemaPlace, after: SchemaPlace, path: readonly string[], above: readonly string[]): Fact[] {
  // A recursive schema is compared once.
  const pair = JSON.stringify([before.schema, after.schema]);
  if (above.includes(pair) || JSON.stringify(inlined(before)) === JSON.stringify(inlined(after))) return [];
  const versions: Versions = {
    before: flattenAllOf(before),
    after: flattenAllOf(after),
    name: path.length === 0 ? 'the payload' : `field ${path.join('/')}`,
    path,
    compare: (one, other, inner) => compareAt(one, other, inner, [...above, pair]),
  };
  return [typeFacts, valueFacts, fieldFacts, listFacts, limitFacts, ruleFacts, branchFacts, wordFacts].flatMap(
    (factsOf) => factsOf(versions),
  );
}

/** Items are compared with items; where only one version speaks of them, that is a rule come or gone. */
function listFacts({ before, after, name, path, compare }: Versions): Fact[] {
  const [old, now] = [itemsOf(before), itemsOf(after)];
  const inside = Array.from({ length: Math.min(old.first.length, now.first.length) }, (_, index) => {
    const [one, other] = [old.first[index], now.first[index]];
    return one && other ? compare(one, other, [...path, String(index)]) : [];
  });
  const rest = old.rest && now.rest ? compare(old.rest, now.rest, [...path, '*']) : [];
  const tuple: Fact[] =
    old.first.length === now.first.length ? [] : [{ kind: 'changed', what: `${name} has other first items` }];
  const one: Fact[] =
    (old.rest === undefined) === (now.rest === undefined)
      ? []
      : [{ kind: old.rest ? 'widened' : 'narrowed', what: `${name} has ${old.rest ? 'no' : 'a'} rule for its items` }];
  return [...inside.flat(), ...rest, ...tuple, ...one];
}

function itemsOf(nodes: readonly Node[]): { first: SchemaPlace[]; rest?: SchemaPlace } {
  const first = nodes.flatMap((node) => listOf(node.schema['prefixItems']).map((schema) => ({ ...node, schema })));
  const rest = nodes.find(({ schema }) => isObject(schema['items']));
  return { first, ...(rest && { rest: { ...rest, schema: rest.schema['items'] } }) };
}
