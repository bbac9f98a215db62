import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument, visit, type Document, type Node } from 'yaml';
import type { Finding, FindingCode, Position } from './findings.ts';
import { tooDeepAt, TOO_DEEP } from './nesting.ts';
import { positionsIn, type TextPositions } from './text-position.ts';
import { aliasFindings, keyFindings, type Report } from './yaml-nodes.ts';

/** Finds positions of values in a file. */
export interface YamlPlaces {
  /** Returns the position of the value at `path`, or of its key where `of` is `key`; of the nearest parent where neither exists. */
  locate(path: readonly string[], of?: 'key' | 'value'): Position;
}

/** A parsed file with the positions of its values. */
export interface YamlDocument extends YamlPlaces {
  readonly value: unknown;
}

export interface YamlReading {
  /** Present even with some findings, so that all other findings are reported in the same run. */
  readonly document?: YamlDocument;
  readonly findings: readonly Finding[];
}

/** Parses YAML 1.2 core with one document; warnings count as errors. */
export function readYaml(file: string, text: string): YamlReading {
  const tooDeep = tooDeepAt(text);
  if (tooDeep)
    return { findings: [{ code: 'nesting-too-deep', severity: 'error', file, at: tooDeep, message: TOO_DEEP }] };
  const positions = positionsIn(text);
  const report: Report = (code, offset, message) => ({
    code,
    severity: 'error',
    file,
    at: positions.at(offset),
    message,
  });
  // keyFindings compares keys: the parser's check is quadratic in their number.
  const parsed = parseDocument(text, { ...CORE, prettyErrors: false, uniqueKeys: false, stringKeys: true });
  const broken = [...syntaxFindings(parsed, positions, report), ...aliasFindings(parsed, report)];
  const findings = [...broken, ...tagFindings(parsed, report), ...keyFindings(parsed, positions, report)];
  if (broken.length > 0) return { findings };
  return { document: { value: toPlain(parsed), locate: locator(parsed, positions) }, findings };
}

// A `%YAML` line does not change the version.
const CORE = { schema: 'core', merge: false, resolveKnownTags: false } as const;

function toPlain(document: Document.Parsed): unknown {
  // aliasFindings counts aliases.
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  return value;
}

const PLAINER: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here, but a file holds one; remove the line "---" and everything after it',
  NON_STRING_KEY: 'a list or a map is used as a key; keys are text',
};

function syntaxFindings(document: Document.Parsed, positions: TextPositions, report: Report): Finding[] {
  const reportedLines = new Set<number>();
  return document.errors.flatMap(({ code, message, pos: [end] }) => {
    const quote = /closing ["']quote/.test(message) ? openQuote(document, end) : undefined;
    const offset = quote ?? end;
    const words = quote === undefined ? (PLAINER[code] ?? message) : 'the quote that opens here is never closed';
    // Further errors in a line are mostly consequences of its first.
    const { line } = positions.at(offset);
    if (reportedLines.has(line)) return [];
    reportedLines.add(line);
    return [report('syntax', offset, `${words.replace(/\s+/g, ' ')}${context(positions.lineAt(offset))}`)];
  });
}

function context(line: string): string {
  return line === '' ? '' : `; the line is ${JSON.stringify(line.slice(0, 80))}`;
}

/** The parser reports the end of the text that an unclosed quote holds; this finds the quote. */
function openQuote(document: Document.Parsed, end: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE') && range && range[0] < end) start = range[0];
    },
  });
  return start;
}

function tagFindings(document: Document.Parsed, report: Report): Finding[] {
  return document.warnings.map(({ code, message, pos: [offset] }) => {
    const kind: FindingCode = code === 'TAG_RESOLVE_FAILED' ? 'tag-refused' : 'syntax';
    return report(kind, offset, `${message}; only plain values are read, remove it`);
  });
}

type Tree = ReadonlyMap<string, { readonly key?: number; readonly node: Node }>;

function locator(document: Document.Parsed, positions: TextPositions): YamlDocument['locate'] {
  const trees = new Map<Node, Tree>();
  const childrenOf = (node: Node | null): Tree => {
    if (node === null) return new Map();
    const value = isAlias(node) ? (node.resolve(document) ?? node) : node;
    const known = trees.get(value) ?? treeOf(value);
    trees.set(value, known);
    return known;
  };
  return (path, of = 'value') => {
    let here: { key?: number; node: Node | null } = { node: document.contents };
    for (const [depth, segment] of path.entries()) {
      const next = childrenOf(here.node).get(segment);
      if (next === undefined) break;
      here = next;
      if (of === 'key' && depth === path.length - 1 && next.key !== undefined) return positions.at(next.key);
    }
    return positions.at(here.node?.range?.[0] ?? 0);
  };
}

function treeOf(node: Node): Tree {
  if (isSeq(node))
    return new Map(
      node.items.flatMap((item, index) => (isNode(item) ? [[String(index), { node: item }] as const] : [])),
    );
  if (!isMap(node)) return new Map();
  return new Map(
    node.items.flatMap(({ key, value }) => {
      if (!isScalar(key)) return [];
      const offset = key.range?.[0] ?? 0;
      return [[String(key.value), { key: offset, node: isNode(value) ? value : key }] as const];
    }),
  );
}
