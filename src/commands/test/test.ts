import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { RoutesConfig } from '../../config/routes/route-config.ts';
import type { RouteTests } from '../../contract/route-tests/route-tests.ts';
import { runRouteTests } from '../../contract/route-tests/run.ts';
import type { Register, Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { openRoutes, readRules, refuse, type Rules } from '../inputs.ts';
import { createFileReader } from '../test-files.ts';
import { hasFailed, printJson, printReport, summaryOf, type FileRun } from './test-report.ts';

interface Options {
  readonly file?: string;
  readonly requireCoverage?: true;
  readonly json?: true;
}

export const registerTest: Register = (command, terminal) => {
  command
    .argument('[files...]', 'test files (default: *.test.yaml next to the routes file)')
    .option('--file <file>', 'the routes file whose tests run; with test files, the routes file that they test')
    .option('--require-coverage', 'fail if a route has no test')
    .option('--json', 'print the results as one JSON document')
    .action((files: string[], options: Options) => run(files, options, terminal, (problem) => command.error(problem)));
};

function run(
  named: readonly string[],
  options: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): void {
  const rules = readRules(terminal);
  if (!rules) return;
  const files = named.length > 0 ? named : testFilesIn(dirname(options.file ?? rules.routesFile));
  const readings = files.map(createFileReader());
  const findings = readings.flatMap((reading) => reading.findings);
  if (findings.length > 0) return refuse(findings, terminal);
  const tests = chosen(
    readings.flatMap((reading) => reading.tests ?? []),
    named.length > 0,
    options.file,
  );
  if (tests.length === 0) return misused(`error: ${noneFound(options.file ?? rules.routesFile)}`);
  const runs = runAll(tests, rules, terminal);
  if (!runs) return;
  if (options.json) printJson(runs, terminal);
  else printReport(runs, terminal);
  const uncovered = options.requireCoverage && summaryOf(runs).untested.length > 0;
  terminal.exitWith(hasFailed(runs) || uncovered ? EXIT.failed : EXIT.ok);
}

function testFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.test.yaml'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return [];
  }
}

function noneFound(routesFile: string): string {
  return `${routesFile} has no tests; write them next to it, in ${routesFile.replace(/\.ya?ml$/, '')}.test.yaml`;
}

/** Named test files are tried against `file`; without names it is those that are written for it. */
function chosen(tests: readonly RouteTests[], areNamed: boolean, file: string | undefined): RouteTests[] {
  const placed = tests.map((one) => ({ ...one, routes: join(dirname(one.file), one.routes) }));
  if (file === undefined) return placed;
  if (areNamed) return placed.map((one) => ({ ...one, routes: file }));
  return placed.filter(({ routes }) => resolve(routes) === resolve(file));
}

/** Nothing where a routes file is refused. */
function runAll(tests: readonly RouteTests[], rules: Rules, terminal: Terminal): FileRun[] | undefined {
  const names = [...new Set(tests.map(({ routes }) => routes))];
  const opened = new Map(names.map((name) => [name, openRoutes(name, rules, terminal)]));
  const runs = tests.flatMap(({ file, routes, tests: own }) => {
    const config: RoutesConfig | undefined = opened.get(routes);
    return config ? [{ file, routes, ...runRouteTests(config, own, rules.limits) }] : [];
  });
  return runs.length === tests.length ? runs : undefined;
}
