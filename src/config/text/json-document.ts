import type { Finding, FindingCode } from './findings.ts';
import { MAX_NESTING, TOO_DEEP } from './nesting.ts';
import { positionsIn, type TextPositions } from './text-position.ts';
import { keyProblem } from './yaml-nodes.ts';
import type { YamlPlaces } from './yaml-document.ts';

export interface JsonDocument extends YamlPlaces {
  readonly value: unknown;
}

export interface JsonReading {
  readonly document?: JsonDocument;
  readonly findings: readonly Finding[];
}

/** Offsets of a value and of its key in the text. */
interface JsonPlace {
  readonly key?: number;
  readonly value: number;
  readonly children: ReadonlyMap<string, JsonPlace>;
}

/** Why parsing stops at `offset`. */
class Stop extends Error {
  readonly code: FindingCode;
  readonly offset: number;

  constructor(code: FindingCode, offset: number, message: string) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/** Parses strict JSON twice: once for its value, once for the position of each value, which JSON.parse does not report. */
export function readJson(file: string, text: string): JsonReading {
  const positions = positionsIn(text);
  const scanner = new Scanner(text, positions);
  const toFinding = ({ code, offset, message }: Stop): Finding => {
    return { code, severity: 'error', file, at: positions.at(offset), message };
  };
  try {
    const root = scanner.document();
    const value: unknown = JSON.parse(text);
    return { document: { value, locate: locator(root, positions) }, findings: scanner.problems.map(toFinding) };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { findings: [...scanner.problems, error].map(toFinding) };
  }
}

function locator(root: JsonPlace, positions: TextPositions): YamlPlaces['locate'] {
  return (path, of = 'value') => {
    let here = root;
    for (const [depth, segment] of path.entries()) {
      const next = here.children.get(segment);
      if (next === undefined) break;
      here = next;
      if (of === 'key' && depth === path.length - 1 && next.key !== undefined) return positions.at(next.key);
    }
    return positions.at(here.value);
  };
}

const SPACE = /[ \t\r\n]*/y;
// Any character from the space on, except quote and backslash.
const STRING = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[ !#-[\]-\uffff]*)*"/y;
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Scanner {
  readonly problems: Stop[] = [];
  readonly #text: string;
  readonly #positions: TextPositions;
  #at = 0;

  constructor(text: string, positions: TextPositions) {
    this.#text = text;
    this.#positions = positions;
  }

  document(): JsonPlace {
    const root = this.#value(0);
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the file');
    return root;
  }

  #value(depth: number, key?: number): JsonPlace {
    this.#take(SPACE);
    const start = this.#at;
    if (depth > MAX_NESTING) throw new Stop('nesting-too-deep', start, TOO_DEEP);
    const children = this.#skip('{') ? this.#members(depth) : this.#skip('[') ? this.#items(depth) : this.#scalar();
    this.#take(SPACE);
    return { value: start, children, ...(key !== undefined && { key }) };
  }

  #scalar(): ReadonlyMap<string, JsonPlace> {
    if (this.#take(STRING) === undefined && this.#take(PLAIN) === undefined) throw this.#unexpected('a value');
    return new Map();
  }

  #members(depth: number): Map<string, JsonPlace> {
    const members = new Map<string, JsonPlace>();
    this.#take(SPACE);
    if (this.#skip('}')) return members;
    do {
      const { name, key } = this.#name(members);
      members.set(name, this.#value(depth + 1, key));
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#unexpected('"," or "}"');
    return members;
  }

  #name(members: ReadonlyMap<string, JsonPlace>): { name: string; key: number } {
    this.#take(SPACE);
    const key = this.#at;
    const quoted = this.#take(STRING);
    if (quoted === undefined) throw this.#unexpected('a key in double quotes');
    const name = String(JSON.parse(quoted));
    const first = members.get(name)?.key;
    const problem = keyProblem(name, first === undefined ? undefined : this.#positions.at(first));
    if (problem) this.problems.push(new Stop(problem[0], key, problem[1]));
    this.#take(SPACE);
    if (!this.#skip(':')) throw this.#unexpected('":"');
    return { name, key };
  }

  #items(depth: number): Map<string, JsonPlace> {
    const items = new Map<string, JsonPlace>();
    this.#take(SPACE);
    if (this.#skip(']')) return items;
    do items.set(String(items.size), this.#value(depth + 1));
    while (this.#skip(','));
    if (!this.#skip(']')) throw this.#unexpected('"," or "]"');
    return items;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0];
    this.#at += taken?.length ?? 0;
    return taken;
  }

  #skip(char: string): boolean {
    const here = this.#text[this.#at] === char;
    if (here) this.#at += 1;
    return here;
  }

  #unexpected(expected: string): Stop {
    const found = this.#at < this.#text.length ? JSON.stringify(this.#text.slice(this.#at, this.#at + 12)) : 'its end';
    return new Stop('syntax', this.#at, `is not JSON: expected ${expected}, found ${found}`);
  }
}
