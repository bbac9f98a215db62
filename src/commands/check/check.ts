import { Option } from 'commander';
import { createCodeFrames } from '../../config/text/code-frame.ts';
import { formatFinding, isRefused, type Finding } from '../../config/text/findings.ts';
import { loadRoutes } from '../../config/routes/load-routes.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { annotation } from './github-annotations.ts';
import { paint, type Register, type Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';

interface Options {
  readonly format: 'text' | 'github';
  readonly json?: true;
}

export const registerCheck: Register = (command, terminal) => {
  command
    .argument('[file]', 'the routes file', terminal.environment['ROUTES_FILE'] ?? 'config/routes.yaml')
    .addOption(
      new Option('--format <format>', 'github: annotations in a pull request')
        .choices(['text', 'github'])
        .default('text'),
    )
    .addOption(new Option('--json', 'print the result as one JSON document').conflicts('format'))
    .action((file: string, options: Options) => check(file, options, terminal));
};

function check(file: string, { format, json }: Options, terminal: Terminal): void {
  const { config, findings } = loadRoutes(file, terminal.environment['CONFIG_ROOT']);
  if (json) terminal.print(resultDocument(file, findings, config));
  else if (format === 'github') printAnnotations(findings, terminal);
  else printFindings(file, findings, terminal);
  if (!json) terminal.print(summaryOf(file, findings, config?.routes.length));
  terminal.exitWith(isRefused(findings) ? EXIT.config : EXIT.ok);
}

/** Returns the document of `--json`. */
export function resultDocument(file: string, findings: readonly Finding[], config: RoutesConfig | undefined): string {
  const result = { file, refused: isRefused(findings), routes: config?.routes.length, findings };
  return JSON.stringify(result, undefined, 2);
}

function printAnnotations(findings: readonly Finding[], terminal: Terminal): void {
  const workspace = terminal.environment['GITHUB_WORKSPACE'] ?? process.cwd();
  for (const finding of findings) terminal.print(annotation(finding, workspace));
}

const COLOURS = { error: 'red', warning: 'yellow' } as const;

/** Prints each finding with the source line that it is about. */
export function printFindings(file: string, findings: readonly Finding[], terminal: Terminal): void {
  const frames = createCodeFrames(file, terminal.environment['CONFIG_ROOT']);
  for (const finding of findings) {
    terminal.print(formatFinding(finding));
    for (const line of frames.of(finding)) terminal.print(line.replace(/\^$/, paint(COLOURS[finding.severity], '^')));
  }
}

/** Returns the last line of a check. @param routes number of routes of an accepted file. */
export function summaryOf(file: string, findings: readonly Finding[], routes = 0): string {
  const refused = isRefused(findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const counts = [
    refused ? plural(errors, 'error') : plural(routes, 'route'),
    plural(findings.length - errors, 'warning'),
  ];
  return `${file}: ${refused ? 'refused, ' : ''}${counts.join(', ')}`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
