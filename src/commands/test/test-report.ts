import { printable } from '../../config/text/findings.ts';
import { failureLines, type DiffLine } from '../../contract/route-tests/failure-text.ts';
import type { TestResult, TestRun } from '../../contract/route-tests/run.ts';
import { paint, type Terminal } from '../terminal.ts';

/** What became of one file of tests. */
export interface FileRun extends TestRun {
  readonly file: string;
  readonly routes: string;
}

interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Routes that no test of any file came to. */
  readonly untested: readonly { readonly file: string; readonly route: string }[];
}

export function hasFailed(runs: readonly FileRun[]): boolean {
  return summaryOf(runs).failed > 0;
}

export function summaryOf(runs: readonly FileRun[]): Summary {
  const results = runs.flatMap((run) => run.results);
  const failed = results.filter((result) => !isPassed(result)).length;
  const files = [...new Set(runs.map(({ routes }) => routes))];
  const untested = files.flatMap((file) => {
    const [first = [], ...others] = runs.filter(({ routes }) => routes === file).map((run) => run.untested);
    return first.filter((name) => others.every((names) => names.includes(name))).map((route) => ({ file, route }));
  });
  return { passed: results.length - failed, failed, untested };
}

function isPassed({ mismatches }: TestResult): boolean {
  return mismatches.length === 0;
}

export function printJson(runs: readonly FileRun[], terminal: Terminal): void {
  const files = runs.map(({ file, routes, results }) => ({
    file,
    routes,
    tests: results.map((result) => ({
      name: result.test.name,
      ...result.test.at,
      passed: isPassed(result),
      mismatches: result.mismatches,
      hints: result.hints,
    })),
  }));
  terminal.print(JSON.stringify({ ...summaryOf(runs), files }, undefined, 2));
}

export function printReport(runs: readonly FileRun[], terminal: Terminal): void {
  for (const { file, routes, results } of runs) {
    terminal.print(printable(`${file}, tests of ${routes}`));
    for (const result of results) for (const line of resultLines(file, result)) terminal.print(line);
    terminal.print('');
  }
  const { passed, failed, untested } = summaryOf(runs);
  for (const { file, route } of untested) terminal.print(paint('yellow', `no test: route "${route}" of ${file}`));
  const total = `${passed + failed} ${passed + failed === 1 ? 'test' : 'tests'}`;
  terminal.print(
    failed === 0 ? paint('green', `${total} passed`) : paint('red', `${total}: ${passed} passed, ${failed} failed`),
  );
}

function resultLines(file: string, result: TestResult): string[] {
  const { name, at } = result.test;
  if (isPassed(result)) return [`  ${paint('green', '✓')} ${printable(name)}`];
  return [
    `  ${paint('red', '✗')} ${printable(name)}  ${paint('dim', printable(`${file}:${at.line}:${at.column}`))}`,
    ...failureLines(result).map((line) => `      ${diffLine(line)}`),
  ];
}

/** As diffs have it: what was expected is what the result lacks. */
function diffLine({ sign, text }: DiffLine): string {
  const words = { '-': '- expected  ', '+': '+ seen      ', ' ': '  ' }[sign];
  const line = printable(`${words}${text}`);
  return sign === ' ' ? line : paint(sign === '-' ? 'red' : 'green', line);
}
