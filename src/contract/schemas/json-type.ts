import type { Node } from '../../schema/all-of.ts';

/** The types that all of them allow; nothing where none of them says. */
export function typesOf(nodes: readonly Node[]): readonly string[] | undefined {
  const [first, ...rest] = nodes.flatMap(({ schema: { type } }) =>
    type === undefined ? [] : [(Array.isArray(type) ? type : [type]).map(String)],
  );
  return first?.filter((type) => rest.every((others) => others.includes(type)));
}
