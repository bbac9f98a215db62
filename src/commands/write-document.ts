import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { formatFinding } from '../config/text/findings.ts';
import { loadRoutes, type RoutesLoading } from '../config/routes/load-routes.ts';
import type { RoutesConfig } from '../config/routes/route-config.ts';
import { resultDocument } from './check/check.ts';
import type { Terminal } from './terminal.ts';
import { EXIT } from './exit-codes.ts';

interface Options {
  readonly file: string;
  readonly out?: string;
  readonly host?: string;
  readonly json?: true;
}

interface DocumentCommand {
  /** Options in addition to those of all documents: flags, description, parser, default. */
  readonly options?: readonly (readonly [string, string, (text: string) => string, string])[];
  write(config: RoutesConfig, options: Options): Promise<string>;
}

/** Registers a command that writes one document about a routes file, to standard output or to a file. */
export function registerDocument(command: Command, terminal: Terminal, document: DocumentCommand): void {
  const routesFile = terminal.environment['ROUTES_FILE'] ?? 'config/routes.yaml';
  command
    .option('--file <routes>', 'the routes file', routesFile)
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--json', 'print findings as one JSON document, like gateway check');
  for (const option of document.options ?? []) command.option(...option);
  command.action((options: Options) => writeDocument(options, document, terminal));
}

async function writeDocument(options: Options, { write }: DocumentCommand, terminal: Terminal): Promise<void> {
  const loading = loadRoutes(options.file, terminal.environment['CONFIG_ROOT']);
  printProblems(loading, options, terminal);
  if (loading.config) put(await write(loading.config, options), options.out, terminal);
  else terminal.exitWith(EXIT.config);
}

/** Prints findings to standard error, because standard output holds the document; with --json to standard output where there is no document. */
function printProblems({ config, findings }: RoutesLoading, { file, out, json }: Options, terminal: Terminal): void {
  if (!json) for (const finding of findings) terminal.printError(formatFinding(finding));
  else if (config && out === undefined) terminal.printError(resultDocument(file, findings, config));
  else terminal.print(resultDocument(file, findings, config));
}

function put(text: string, out: string | undefined, terminal: Terminal): void {
  if (out === undefined) {
    terminal.print(text.trimEnd());
    return;
  }
  try {
    writeFileSync(out, `${text.trimEnd()}\n`);
  } catch (error) {
    terminal.printError(`${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    terminal.exitWith(EXIT.failed);
  }
}
