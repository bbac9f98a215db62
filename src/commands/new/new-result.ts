import { printable, type Finding } from '../../config/text/findings.ts';
import { summaryOf } from '../check/check.ts';
import type { Terminal } from '../terminal.ts';

/** How `gateway new` ended, as `--json` prints it. */
export type NewResult = Added | NotAdded;

interface Added {
  readonly added: true;
  readonly route: string;
  /** The routes file. */
  readonly file: string;
  readonly schema: string;
  readonly test?: string;
  /** Statements of the schema that one sample cannot prove. */
  readonly guesses: readonly string[];
  /** Target fields whose names do not look like users. */
  readonly warnings: readonly string[];
  /** Those of them that were not there before. */
  readonly created: readonly string[];
  /** In these other lines changed their layout, too. */
  readonly laidOutAnew: readonly string[];
  /** Why there is no test. */
  readonly untested?: string;
  /** How many the file has now. */
  readonly routes: number;
  readonly findings: readonly Finding[];
}

interface NotAdded {
  readonly added: false;
  readonly problem: string;
  /** Of the files as they would have been, or of a routes file that was refused before. */
  readonly findings: readonly Finding[];
}

export function printResult(ending: NewResult, json: boolean, terminal: Terminal): void {
  if (json) terminal.print(JSON.stringify(ending, undefined, 2));
  else if (ending.added) printAdded(ending, terminal);
  else terminal.printError(printable(`nothing was added: ${ending.problem}`));
}

function printAdded({ route, file, schema, test, untested, ...rest }: Added, terminal: Terminal): void {
  const layout = (path: string): string => (rest.laidOutAnew.includes(path) ? ', and reformatted its other lines' : '');
  terminal.print(`wrote ${schema}`);
  terminal.print(`added route "${route}" to ${file}${layout(file)}`);
  if (test === undefined) terminal.print(`no test was added: ${untested}`);
  else
    terminal.print(rest.created.includes(test) ? `wrote a test to ${test}` : `added a test to ${test}${layout(test)}`);
  // To standard error: they are said about it.
  for (const guess of rest.guesses) terminal.printError(printable(`guessed ${guess}`));
  if (rest.guesses.length > 0)
    terminal.printError(`look at ${schema} before you commit it: messages that it does not allow are dropped`);
  for (const warning of rest.warnings) terminal.printError(printable(`warning: ${warning}`));
  terminal.print(summaryOf(file, rest.findings, rest.routes));
}
