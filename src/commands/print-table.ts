import { printable } from '../config/text/findings.ts';
import type { Row } from '../contract/explain/explain-text.ts';
import { paint, type Terminal } from './terminal.ts';

const COLOURS = { good: 'green', bad: 'red' } as const;

/** Prints labels in a column, and lines next to them. */
export function printRows(rows: readonly Row[], terminal: Terminal): void {
  const width = Math.max(...rows.map(({ label }) => label.length)) + 2;
  for (const row of rows) for (const line of linesOf(row, width)) terminal.print(line);
}

function linesOf({ label, lines, tone }: Row, width: number): string[] {
  if (lines.length === 0) return [''];
  return lines.map((line, i) => {
    const text = printable(line);
    const shown = tone === 'plain' ? text : paint(COLOURS[tone], text);
    return paint('dim', (i === 0 ? label : '').padEnd(width)) + shown;
  });
}
