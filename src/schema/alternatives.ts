import { flattenAllOf, listOf, type Node } from './all-of.ts';

/** More choices than this are not examined one by one: twenty unions of two branches would be a million. */
const MOST = 64;

/**
 * Lists the ways in which a value can be valid, each with one branch chosen for every `anyOf`, `oneOf` and `if`: what is true
 * in all of them is true. The nodes of a choice have no such keyword; with too many choices the nodes are returned unchanged.
 */
export function alternatives(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const seen = new Set<unknown>(nodes.map(({ schema }) => schema));
  return choices({ chosen: [], open: nodes, seen }, MOST) ?? [nodes];
}

interface Choice {
  readonly chosen: readonly Node[];
  readonly open: readonly Node[];
  readonly seen: ReadonlySet<unknown>;
}

/** Returns undefined if there are more than `room`. */
function choices({ chosen, open, seen }: Choice, room: number): (readonly Node[])[] | undefined {
  const [node, ...rest] = open;
  if (node === undefined) return room > 0 ? [chosen] : undefined;
  const union = unionIn(node);
  if (union === undefined) return choices({ chosen: [...chosen, node], open: rest, seen }, room);
  const found: (readonly Node[])[] = [];
  for (const branch of union.branches) {
    const mine = new Set(seen);
    const inside = branch.flatMap((schema) => flattenAllOf({ ...node, schema }, mine));
    const more = choices({ chosen, open: [union.without, ...inside, ...rest], seen: mine }, room - found.length);
    if (more === undefined) return undefined;
    found.push(...more);
  }
  return found;
}

interface Union {
  /** For each branch, the schemas that apply together. */
  readonly branches: readonly (readonly unknown[])[];
  /** The node without this union. */
  readonly without: Node;
}

function unionIn(node: Node): Union | undefined {
  for (const keyword of ['anyOf', 'oneOf']) {
    const { [keyword]: list, ...rest } = node.schema;
    const possible = listOf(list).filter((branch) => branch !== false);
    if (possible.length > 0)
      return { branches: possible.map((branch) => [branch]), without: { ...node, schema: rest } };
  }
  if (!Object.hasOwn(node.schema, 'if')) return undefined;
  const { if: condition, then: consequence = true, else: otherwise = true, ...rest } = node.schema;
  const branches = [[condition, consequence], [otherwise]].filter((branch) => !branch.includes(false));
  return { branches, without: { ...node, schema: rest } };
}
