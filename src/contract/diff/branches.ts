import { listOf, type Node, type SchemaPlace } from '../../schema/all-of.ts';
import type { Fact, Versions } from './facts.ts';
import { inlined } from '../schemas/inlined.ts';

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

function differences(
  { name, path, compare }: Versions,
  gone: readonly SchemaPlace[],
  come: readonly SchemaPlace[],
): Fact[] {
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

function branchesOf(nodes: readonly Node[], keyword: string): SchemaPlace[] {
  return nodes.flatMap((node) => listOf(node.schema[keyword]).map((schema) => ({ ...node, schema })));
}

function without(places: readonly SchemaPlace[], others: readonly SchemaPlace[]): SchemaPlace[] {
  const known = new Set(others.map((place) => JSON.stringify(inlined(place))));
  return places.filter((place) => !known.has(JSON.stringify(inlined(place))));
}
