import { listOf, type Node, type Place } from '../schema/conjuncts.ts';
import type { Fact, Versions } from './diff-facts.ts';
import { inlined } from './inlined.ts';

/** Alternatives that are in both versions, word for word, are left out; the rest is paired where the numbers allow it. */
export function branchFacts(versions: Versions): Fact[] {
  return ['anyOf', 'oneOf'].flatMap((keyword) => {
    const [old, now] = [branchesOf(versions.before, keyword), branchesOf(versions.after, keyword)];
    if (old.length === 0 && now.length === 0) return [];
    return old.length === 0 || now.length === 0
      ? [wholeFact(versions, keyword, old.length > 0)]
      : differences(versions, without(old, now), without(now, old));
  });
}

function wholeFact({ name }: Versions, keyword: string, isGone: boolean): Fact {
  return isGone
    ? { kind: 'widened', what: `${name} has no ${keyword} any more` }
    : { kind: 'narrowed', what: `${name} has an ${keyword}` };
}

function differences({ name, path, compare }: Versions, gone: readonly Place[], come: readonly Place[]): Fact[] {
  if (gone.length === come.length) {
    return gone.flatMap((branch, index) => {
      const other = come[index];
      return other ? compare(branch, other, path) : [];
    });
  }
  return [
    ...gone.map(() => ({ kind: 'narrowed' as const, what: `${name} has an alternative less` })),
    ...come.map(() => ({ kind: 'widened' as const, what: `${name} has another alternative` })),
  ];
}

function branchesOf(nodes: readonly Node[], keyword: string): Place[] {
  return nodes.flatMap((node) => listOf(node.schema[keyword]).map((schema) => ({ ...node, schema })));
}

function without(places: readonly Place[], others: readonly Place[]): Place[] {
  const known = new Set(others.map((place) => JSON.stringify(inlined(place))));
  return places.filter((place) => !known.has(JSON.stringify(inlined(place))));
}
