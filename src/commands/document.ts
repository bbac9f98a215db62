import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { formatFinding } from '../config/findings.ts';
import { loadRoutes, type RoutesConfig } from '../config/routes-file.ts';
import type { Terminal } from './command.ts';
import { EXIT } from './exit-codes.ts';

type Options = Readonly<Record<string, string | undefined>>;

interface DocumentCommand {
  readonly name: string;
  readonly description: string;
  /** Beside `--file` and `--out`: flags, description, default. */
  readonly options?: readonly (readonly [string, string, string])[];
  write(config: RoutesConfig, options: Options): Promise<string>;
}

/** A sub-command that writes one document about a routes file, to standard output or a file. */
export function registerDocument(program: Command, terminal: Terminal, document: DocumentCommand): void {
  const routesFile = terminal.environment['ROUTES_FILE'] ?? 'config/routes.yaml';
  const command = program
    .command(document.name)
    .description(document.description)
    .option('--file <routes>', 'the routes file', routesFile)
    .option('--out <file>', 'write there, not to standard output');
  for (const option of document.options ?? []) command.option(...option);
  command.action((options: Options) => writeDocument(options['file'] ?? routesFile, options, document, terminal));
}

async function writeDocument(
  file: string,
  options: Options,
  { write }: DocumentCommand,
  terminal: Terminal,
): Promise<void> {
  const { config, findings } = loadRoutes(file, terminal.environment['CONFIG_ROOT']);
  // To standard error, warnings too: standard output is the document.
  for (const finding of findings) terminal.printError(formatFinding(finding));
  if (config) put(await write(config, options), options['out'], terminal);
  else terminal.exitWith(EXIT.config);
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
