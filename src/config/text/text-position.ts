import type { Position } from './findings.ts';

/** Converts offsets of one text to positions; line starts are computed once, because a file has thousands of positions. */
export interface TextPositions {
  at(offset: number): Position;
  /** The line that holds `offset`, without its line end. */
  lineAt(offset: number): string;
}

export function positionsIn(text: string): TextPositions {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  const at = (offset: number): Position => {
    const line = lastNotAfter(starts, offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
  return {
    at,
    lineAt(offset) {
      const { line } = at(offset);
      return text.slice(starts[line - 1], starts[line]).trimEnd();
    },
  };
}

function lastNotAfter(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
