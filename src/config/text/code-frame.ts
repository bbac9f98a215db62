import { confineTo, rootFor } from './confined-files.ts';
import { printable, type Finding } from './findings.ts';

/** Shows the source lines of findings. */
export interface CodeFrames {
  /** The line of the file with a caret below; undefined where the finding has no position or the line does not exist. */
  of(finding: Finding): readonly string[];
}

/** A longer line is cut around the position. */
const WIDEST = 100;

/** @param root folder that holds all shown files, as for `loadRoutes`. */
export function createCodeFrames(routesFile: string, root = rootFor(routesFile)): CodeFrames {
  const files = confineTo(root);
  const known = new Map<string, readonly string[]>();
  const read = (file: string): readonly string[] => {
    const reading = files.read(file);
    return 'text' in reading ? reading.text.split('\n') : [];
  };
  return {
    of({ file, at }) {
      if (!at) return [];
      const lines = known.get(file) ?? read(file);
      known.set(file, lines);
      const text = lines[at.line - 1];
      return text === undefined ? [] : frame(text.trimEnd(), at.line, at.column);
    },
  };
}

function frame(text: string, line: number, column: number): string[] {
  const number = String(line);
  const from = column > WIDEST ? column - 1 - WIDEST / 2 : 0;
  const before = shown(`${from > 0 ? '…' : ''}${text.slice(from, column - 1)}`);
  const after = shown(text.slice(column - 1, from + WIDEST)) + (text.length > from + WIDEST ? '…' : '');
  return [`  ${number} | ${before}${after}`, `  ${' '.repeat(number.length)} | ${' '.repeat(before.length)}^`];
}

/** Keeps tabs in the caret's line, so that the caret stays below its column. */
function shown(text: string): string {
  return printable(text.replaceAll('\t', '  '));
}
