import * as fc from 'fast-check';

/** A JSON text before it is written: what a publisher could send, repeated and escaped keys included. */
export type Tree =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: Tree])[] };

/** The spacing of one document, the same everywhere in it. */
export interface Spacing {
  readonly beforeItem: string;
  readonly afterItem: string;
  readonly beforeColon: string;
  readonly afterColon: string;
}

const KEYS = [
  '"a"',
  '"b"',
  '"\\u0061"',
  '""',
  '"0"',
  '"a/b"',
  '"~"',
  '"__proto__"',
  '"\\""',
  '"\\\\"',
  '"}"',
  '"],:{"',
];
const SCALARS = [
  '0',
  '-0',
  '1.0',
  '1E+2',
  '9007199254740993',
  'true',
  'false',
  'null',
  '""',
  '"\\ud800"',
  '"é\\u00e9"',
];

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...KEYS) },
  fc.string().map((name) => JSON.stringify(name)),
);
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 2 });

const { tree: anyTree } = fc.letrec<{ tree: Tree; scalar: Tree; array: Tree; object: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, tie('scalar'), tie('array'), tie('object')),
  scalar: fc.record({
    kind: fc.constant('scalar'),
    text: fc.oneof(
      fc.constantFrom(...SCALARS),
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    ),
  }),
  array: fc.record({ kind: fc.constant('array'), items: fc.array(tie('tree'), { maxLength: 4 }) }),
  object: fc.record({ kind: fc.constant('object'), members: fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }) }),
}));

export const tree = anyTree;
export const spacing: fc.Arbitrary<Spacing> = fc.record({
  beforeItem: space,
  afterItem: space,
  beforeColon: space,
  afterColon: space,
});

/** A whole document, spacing around it. */
export function write(tree: Tree, spacing: Spacing): string {
  return spacing.beforeItem + written(tree, spacing) + spacing.afterItem;
}

/** A value as it stands within a document. */
export function written(tree: Tree, spacing: Spacing): string {
  if (tree.kind === 'scalar') return tree.text;
  const { beforeItem, afterItem, beforeColon, afterColon } = spacing;
  const items =
    tree.kind === 'array'
      ? tree.items.map((item) => written(item, spacing))
      : tree.members.map(([key, value]) => key + beforeColon + ':' + afterColon + written(value, spacing));
  const [open, close] = tree.kind === 'array' ? '[]' : '{}';
  return open + beforeItem + items.join(afterItem + ',' + beforeItem) + afterItem + close;
}

export function depthOf(tree: Tree): number {
  if (tree.kind === 'scalar') return 0;
  const inner = tree.kind === 'array' ? tree.items : tree.members.map(([, value]) => value);
  return 1 + Math.max(0, ...inner.map(depthOf));
}

/** Members of all objects in it, repeated ones too. */
export function keysOf(tree: Tree): number {
  if (tree.kind === 'scalar') return 0;
  const inner = tree.kind === 'array' ? tree.items : tree.members.map(([, value]) => value);
  return inner.reduce((sum, value) => sum + keysOf(value), tree.kind === 'object' ? inner.length : 0);
}

/** Whether one of its objects has one key twice, however it is written. */
export function repeatsKeyIn(tree: Tree): boolean {
  if (tree.kind === 'scalar') return false;
  if (tree.kind === 'array') return tree.items.some(repeatsKeyIn);
  const names = tree.members.map(([key]) => nameOf(key));
  return new Set(names).size < names.length || tree.members.some(([, value]) => repeatsKeyIn(value));
}

/** Every place in a document with what stands there; of a repeated key the last counts, as in JSON.parse. */
export function placesIn(tree: Tree, path: readonly string[] = []): (readonly [path: readonly string[], tree: Tree])[] {
  if (tree.kind === 'scalar') return [[path, tree]];
  const inner =
    tree.kind === 'array'
      ? tree.items.map((item, index) => [String(index), item] as const)
      : new Map(tree.members.map(([key, value]) => [nameOf(key), value]));
  return [[path, tree], ...[...inner].flatMap(([name, value]) => placesIn(value, [...path, name]))];
}

/** Of the key alone, not of the whole text: V8 misreads escaped keys of objects (nodejs/node#63785). */
export function nameOf(key: string): string {
  return String(JSON.parse(key));
}
