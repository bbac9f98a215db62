import { isDeepStrictEqual } from 'node:util';
import { Document, isCollection, isMap, isSeq, parseDocument, type Node, type ToStringOptions } from 'yaml';

export interface Edit {
  readonly text: string;
  /** Whether other lines changed their layout; comments and values stay. */
  readonly isReformatted: boolean;
}

/** Adds a route at the end of a routes file; comments stay. */
export function addRoute(text: string, name: string, route: object): Edit {
  return edit(text, (document) => {
    const routes = document.get('routes');
    if (!isMap(routes)) throw new Error('a checked routes file has a map of routes');
    const pair = document.createPair(name, route);
    pair.key.spaceBefore = true;
    if (isMap(pair.value)) inOneLine(pair.value.get('target'));
    routes.add(pair);
  });
}

/** Adds a test at the end of a test file. */
export function addTest(text: string, test: object): Edit {
  return edit(text, (document) => {
    const tests = document.get('tests');
    if (!isSeq(tests)) throw new Error('a checked file of tests has a list of them');
    tests.add(Object.assign(testNode(document, test), { spaceBefore: true }));
  });
}

/** Returns a new test file with this test. */
export function fileOfTests(routes: string, test: object): string {
  const document = new Document({ routes });
  document.set('tests', document.createNode([testNode(document, test)]));
  return tightLists(document.toString({ lineWidth: 0, singleQuote: true }));
}

function testNode(document: Document, test: object): Node {
  const node = document.createNode(test);
  const expected: unknown = isMap(node) ? node.get('expect') : undefined;
  for (const one of isSeq(expected) ? expected.items : [expected]) if (isMap(one)) inOneLine(one.get('to'));
  return node;
}

function inOneLine(node: unknown): void {
  if (isCollection(node)) node.flow = true;
}

const LAYOUTS: readonly ToStringOptions[] = [2, 4].flatMap((indent) =>
  [true, false].flatMap((indentSeq) =>
    [true, false].map((padding) => ({
      lineWidth: 0,
      singleQuote: true,
      indent,
      indentSeq,
      flowCollectionPadding: padding,
    })),
  ),
);

/** Keeps the layout where possible, so that a reviewer sees only what is new. */
function edit(text: string, change: (document: Document) => void): Edit {
  const [document, changed] = [parseDocument(text), parseDocument(text)];
  change(changed);
  const ends = text.includes('\r\n') ? '\r\n' : '\n';
  const write = (one: Document, layout: ToStringOptions): string => one.toString(layout).replaceAll('\n', ends);
  const exact = LAYOUTS.find((layout) => write(document, layout) === text);
  if (exact) return { text: write(changed, exact), isReformatted: false };
  for (const layout of LAYOUTS) {
    const [before, after] = [write(document, layout), write(changed, layout)];
    if (!after.startsWith(before)) break;
    const longer = text.trimEnd() + ends + tightLists(after.slice(before.length));
    if (saysTheSame(parseDocument(longer), changed)) return { text: longer, isReformatted: false };
  }
  return { text: write(changed, { lineWidth: 0, singleQuote: true }), isReformatted: true };
}

function saysTheSame(one: Document.Parsed, other: Document): boolean {
  const unlimited = { maxAliasCount: -1 };
  return one.errors.length === 0 && isDeepStrictEqual(one.toJS(unlimited), other.toJS(unlimited));
}

/** The YAML writer pads both `{ maps }` and `[ lists ]`; many files pad only one. */
function tightLists(text: string): string {
  return text.replaceAll(/^[ -]*(?:target|to): .*$/gm, (line) => line.replace(/\[ (.*) \]/, '[$1]'));
}
