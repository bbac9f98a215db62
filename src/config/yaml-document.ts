import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Pair,
} from 'yaml';
import type { Finding, FindingCode, Position } from './findings.ts';

/** A parsed file that can tell where each of its values stands. */
export interface YamlDocument {
  readonly value: unknown;
  /** Position of the value at `path`; of its key where `of` is `key`; of the nearest parent where there is none. */
  locate(path: readonly (string | number)[], of?: 'key' | 'value'): Position;
}

export interface YamlReading {
  readonly document?: YamlDocument;
  readonly findings: readonly Finding[];
}

/** Flow brackets or dashes inside one another. The parser recurses, so this bounds its stack. */
const MAX_NESTING = 64;
const MAX_ALIASES = 100;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** YAML 1.2 core, one document, warnings taken as errors. JSON is read by it too, for its positions. */
export function readYaml(file: string, text: string): YamlReading {
  const lines = new LineCounter();
  const report: Report = (code, offset, message) => {
    const { line, col } = lines.linePos(offset);
    return { code, severity: 'error', file, at: { line: Math.max(line, 1), column: Math.max(col, 1) }, message };
  };
  const tooDeep = nestingFault(text);
  if (tooDeep !== undefined)
    return { findings: [{ ...report('nesting-too-deep', 0, tooDeep.message), at: tooDeep.at }] };

  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  const findings = [...syntaxFindings(parsed, report), ...nodeFindings(parsed, report)];
  if (findings.length > 0) return { findings };
  return { document: { value: toPlain(parsed), locate: locator(parsed, lines) }, findings };
}

type Report = (code: FindingCode, offset: number, message: string) => Finding;

function toPlain(document: Document.Parsed): unknown {
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  return value;
}

function syntaxFindings(document: Document.Parsed, report: Report): Finding[] {
  return [...document.errors, ...document.warnings].map((problem) => {
    if (problem.code === 'DUPLICATE_KEY') {
      return report('duplicate-key', problem.pos[0], 'the same key stands twice in this map; keep one of them');
    }
    const advice = problem.code === 'TAG_RESOLVE_FAILED' ? '; tags are not used here, remove it' : '';
    return report('syntax', problem.pos[0], `${problem.message}${advice}`);
  });
}

/** What the parser lets pass and we do not: merge keys, prototype names, aliases that never end or multiply. */
function nodeFindings(document: Document.Parsed, report: Report): Finding[] {
  const findings: Finding[] = [];
  let aliases = 0;
  visit(document, {
    Pair(_, pair) {
      const finding = keyFinding(pair, report);
      if (finding) findings.push(finding);
    },
    Alias(_, alias) {
      aliases += 1;
      const offset = alias.range?.[0] ?? 0;
      const anchored = alias.resolve(document);
      const [start, end] = isNode(anchored) && anchored.range ? anchored.range : [0, 0];
      const contains = isNode(anchored) && !isScalar(anchored);
      if (contains && start <= offset && offset < end) {
        findings.push(report('alias-refused', offset, `alias "*${alias.source}" contains itself; write the value out`));
      } else if (aliases === MAX_ALIASES + 1 || (contains && holdsAlias(anchored))) {
        const limit = `at most ${MAX_ALIASES} aliases, and none of a value that holds aliases itself`;
        findings.push(
          report('alias-refused', offset, `alias "*${alias.source}" is one too many: ${limit} are allowed`),
        );
      }
    },
  });
  return findings;
}

function holdsAlias(node: Parameters<typeof visit>[0]): boolean {
  let found = false;
  visit(node, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function keyFinding(pair: Pair, report: Report): Finding | undefined {
  if (!isScalar(pair.key)) return undefined;
  const key = String(pair.key.value);
  const offset = pair.key.range?.[0] ?? 0;
  if (key === '<<') return report('merge-key', offset, 'merge keys ("<<") are not merged; write the keys out');
  if (FORBIDDEN_KEYS.has(key)) return report('forbidden-key', offset, `key "${key}" is refused: it names a prototype`);
  return undefined;
}

function nestingFault(text: string): { message: string; at: Position } | undefined {
  let flow = 0;
  let dashes = 0;
  let line = 1;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow -= 1;
    else if (token === '-') dashes += 1;
    else if (token.endsWith('\n')) {
      line += token.split('\n').length - 1;
      dashes = 0;
    }
    if (flow > MAX_NESTING || dashes > MAX_NESTING) {
      return { message: `values are nested more than ${MAX_NESTING} deep; flatten them`, at: { line, column: 1 } };
    }
  }
  return undefined;
}

function locator(document: Document.Parsed, lines: LineCounter): YamlDocument['locate'] {
  return (path, of = 'value') => {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = offsetOf(document, path.slice(0, length), length === path.length ? of : 'value');
      if (offset === undefined) continue;
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    }
    return { line: 1, column: 1 };
  };
}

function offsetOf(document: Document.Parsed, path: readonly (string | number)[], of: 'key' | 'value') {
  const last = path.at(-1);
  if (of === 'key' && last !== undefined) {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const map = isAlias(parent) ? parent.resolve(document) : parent;
    const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && item.key.value === last) : undefined;
    return isPair(pair) && isNode(pair.key) ? pair.key.range?.[0] : undefined;
  }
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
