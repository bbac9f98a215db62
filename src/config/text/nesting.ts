import { Lexer } from 'yaml';
import type { Position } from './findings.ts';

/** Deepest nesting. Parsers recurse, so this bounds their stack; no real configuration is as deep. */
export const MAX_NESTING = 64;

export const TOO_DEEP = `values are nested more than ${MAX_NESTING} deep; flatten them`;

// Tokens that the lexer adds without text: start of a document, of a scalar, of an error.
const MARKS = new Set(['\u0002', '\u001f', '\u0018']);

/**
 * Finds where a YAML text is nested too deep, from its tokens, before the recursive parser runs: brackets count, and so do
 * columns, because a nested block is indented further.
 */
export function tooDeepAt(text: string): Position | undefined {
  const columns: number[] = [];
  let flow = 0;
  let line = 1;
  let column = 1;
  let lineBegins = true;
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) continue;
    const opens = token === '[' || token === '{';
    if (opens) flow += 1;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    // The text of a block scalar begins with its indentation and nests nothing.
    const blank = /^[\s#]/.test(token);
    if (flow === 0 && !blank && (lineBegins || token === '-' || token === '?')) enter(columns, column);
    if (flow + columns.length > MAX_NESTING) return { line, column };

    const breaks = token.split('\n');
    line += breaks.length - 1;
    column = (breaks.length > 1 ? 1 : column) + (breaks.at(-1)?.length ?? 0);
    lineBegins = breaks.length > 1 || (lineBegins && blank);
  }
  return undefined;
}

function enter(columns: number[], column: number): void {
  while ((columns.at(-1) ?? 0) >= column) columns.pop();
  columns.push(column);
}
