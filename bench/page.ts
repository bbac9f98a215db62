import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plotOf } from './plot.ts';
import type { Results, RowResult } from './results.ts';
import { tablesOf, verdictOn } from './table.ts';

// node bench/page.ts <results.json>: keeps these results as docs/benchmarks.json and draws the page from them.

const docs = (name: string): string => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));

/** What stands between the page's two marks. */
export function generatedPart({ date, conditions, rows }: Results): string {
  return [
    `Measured ${date.slice(0, 10)}.`,
    list(Object.entries(conditions).map(([name, value]) => `${name}: ${value}`)),
    tablesOf(rows),
    `Goals missed:`,
    list(rows.filter((row) => verdictOn(row) === 'miss').map(ratioText)),
    `Dearer, or later, than naive:`,
    list(rows.filter(({ entrants: [first] }) => first?.baseline === 'naive' && (first.ratio ?? 0) > 1).map(ratioText)),
  ].join('\n\n');
}

/** The page with its generated part anew. */
export function renewed(page: string, results: Results): string {
  const marked = /(<!-- results -->\n).*(<!-- end of results -->)/s;
  if (!marked.test(page)) throw new Error('the page has lost its marks');
  return page.replace(marked, (_, begin: string, end: string) => `${begin}\n${generatedPart(results)}\n\n${end}`);
}

function ratioText({ title, entrants }: RowResult): string {
  return `${title}: ${entrants[0]?.ratio?.toFixed(2)}`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '- none' : items.map((item) => `- ${item}`).join('\n');
}

const [, script, source] = process.argv;
if (script === fileURLToPath(import.meta.url) && source !== undefined) {
  const results: Results = JSON.parse(readFileSync(source, 'utf8'));
  writeFileSync(docs('benchmarks.json'), `${JSON.stringify(results)}\n`);
  writeFileSync(docs('benchmarks.svg'), plotOf(results.rows, 'naive'));
  writeFileSync(docs('benchmarks.md'), renewed(readFileSync(docs('benchmarks.md'), 'utf8'), results));
}
