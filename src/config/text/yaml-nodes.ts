import { isScalar, visit, type Document, type YAMLMap } from 'yaml';
import type { Finding, FindingCode } from './findings.ts';
import type { TextPositions } from './text-position.ts';

export type Report = (code: FindingCode, offset: number, message: string) => Finding;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Returns the problem of a key that is refused in every map; used for YAML and JSON. */
export function keyProblem(name: string, first?: { line: number; column: number }): [FindingCode, string] | undefined {
  if (first)
    return ['duplicate-key', `key "${name}" already exists at ${first.line}:${first.column}; keep one of them`];
  if (FORBIDDEN_KEYS.has(name))
    return ['forbidden-key', `key "${name}" is refused: it names a prototype; choose another name`];
  return undefined;
}

/** Finds keys that the parser accepts and the gateway refuses: merge keys, names of prototypes, repeated keys. */
export function keyFindings(document: Document.Parsed, positions: TextPositions, report: Report): Finding[] {
  const findings: Finding[] = [];
  visit(document, {
    Map(_, map) {
      for (const finding of keyFindingsOf(map, positions, report)) findings.push(finding);
    },
  });
  return findings;
}

function keyFindingsOf(map: YAMLMap, positions: TextPositions, report: Report): Finding[] {
  const seen = new Map<string, number>();
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    const offset = key.range?.[0] ?? 0;
    const first = seen.get(name);
    seen.set(name, first ?? offset);
    if (name === '<<') return [report('merge-key', offset, 'merge keys ("<<") are not merged; write the keys out')];
    const problem = keyProblem(name, first === undefined ? undefined : positions.at(first));
    return problem ? [report(problem[0], offset, problem[1])] : [];
  });
}

const MAX_ALIASES = 100;
/** Limit for the text of all aliased values together. */
const MAX_ALIASED = 1_000_000;

/** Finds aliases that name nothing, hold themselves, or multiply: the value must stay about as small as its text. */
export function aliasFindings(document: Document.Parsed, report: Report): Finding[] {
  const findings: Finding[] = [];
  const anchored = new Map<string, { node: unknown; length: number }>();
  const holders = new Set<unknown>();
  let count = 0;
  let length = 0;
  visit(document, {
    Value(_, node) {
      const [start, end] = node.range ?? [0, 0];
      if (node.anchor !== undefined) anchored.set(node.anchor, { node, length: end - start });
    },
    Alias(_, { source, range }, path) {
      const value = anchored.get(source);
      count += 1;
      length += value?.length ?? 0;
      const tooMany = count > MAX_ALIASES || length > MAX_ALIASED;
      const problem = tooMany ? TOO_MANY : aliasProblem(source, value?.node, path, holders);
      if (problem !== undefined)
        findings.push(report('alias-refused', range?.[0] ?? 0, `alias "*${source}" ${problem}`));
      for (const parent of path) holders.add(parent);
      return tooMany ? visit.BREAK : undefined;
    },
  });
  return findings;
}

const TOO_MANY = `is one too many: at most ${MAX_ALIASES} are allowed, for ${MAX_ALIASED} characters of text; write the values out`;

function aliasProblem(
  source: string,
  value: unknown,
  path: readonly unknown[],
  holders: ReadonlySet<unknown>,
): string | undefined {
  if (value === undefined) return `names nothing: there is no "&${source}" before it; quote it if it is text`;
  if (path.includes(value)) return 'holds itself; write the value out';
  return holders.has(value) ? 'names a value that holds aliases itself; write the value out' : undefined;
}
