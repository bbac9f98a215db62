import { Option } from 'commander';
import { formatFinding, type Finding } from '../../config/text/findings.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { isAtLeast, type Level } from '../../contract/diff/change.ts';
import { diffLines, type PaintLevel } from '../../contract/diff/text.ts';
import { diffMarkdown } from '../../contract/diff/markdown.ts';
import { receiverChanges } from '../../contract/diff/receivers.ts';
import { diffContracts } from '../../contract/diff/diff.ts';
import { paint, type Register, type Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { fileNamedBy, loadRoutesRevision } from './routes-revision.ts';

interface DiffOptions {
  readonly file?: string;
  readonly failOn: Exclude<Level, 'safe'>;
  readonly format: Format;
}

const FORMATS = ['text', 'json', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

export const registerDiff: Register = (command, terminal) => {
  command
    .argument('<old>', 'a routes file, a git revision, or revision:path')
    .argument('<new>', 'likewise')
    .option(
      '--file <routes>',
      'the routes file in a revision (default: the one of the other version, else $ROUTES_FILE, else config/routes.yaml)',
    )
    .addOption(
      new Option('--fail-on <level>', 'exit with 1 at this level or above')
        .choices(['breaking', 'risky'])
        .default('breaking'),
    )
    .addOption(
      new Option('--format <format>', 'how the result is printed; markdown is a comment for a pull request')
        .choices(FORMATS)
        .default('text'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .action((old: string, now: string, options: DiffOptions) => diff([old, now], options, terminal));
};

function diff(names: readonly [string, string], { file, failOn, format }: DiffOptions, terminal: Terminal): void {
  const { CONFIG_ROOT: root, ROUTES_FILE: usual = 'config/routes.yaml' } = terminal.environment;
  // Two files of different names are seldom two versions of one.
  const fileNextTo = (other: string) => (): string => file ?? fileNamedBy(other) ?? usual;
  const [before, after] = [
    loadRoutesRevision(names[0], fileNextTo(names[1]), root),
    loadRoutesRevision(names[1], fileNextTo(names[0]), root),
  ];
  const problem = before.problem ?? after.problem;
  if (problem !== undefined) refuse([problem], EXIT.usage, terminal);
  else if (before.config && after.config) printDiff(before.config, after.config, { failOn, format }, terminal);
  else refuse(wordsOf([before, after]), EXIT.config, terminal);
}

function printDiff(
  before: RoutesConfig,
  after: RoutesConfig,
  { failOn, format }: Pick<DiffOptions, 'failOn' | 'format'>,
  terminal: Terminal,
): void {
  const changes = diffContracts(before, after);
  const receivers = receiverChanges(before, after);
  const failed = changes.some(({ level }) => isAtLeast(level, failOn));
  if (format === 'json') terminal.print(JSON.stringify({ failOn, failed, changes, receivers }, undefined, 2));
  else if (format === 'markdown') terminal.print(diffMarkdown(changes, receivers).trimEnd());
  else for (const line of diffLines(changes, receivers, inColour)) terminal.print(line);
  terminal.exitWith(failed ? EXIT.failed : EXIT.ok);
}

const COLOURS = { breaking: 'red', risky: 'yellow', safe: 'green' } as const;
const inColour: PaintLevel = (level, text) => paint(COLOURS[level], text);

/** Of the version that is refused only: warnings of the other are not the matter here. */
function wordsOf(versions: readonly { config?: RoutesConfig; findings: readonly Finding[] }[]): string[] {
  return versions.filter(({ config }) => !config).flatMap(({ findings }) => findings.map(formatFinding));
}

function refuse(words: readonly string[], code: (typeof EXIT)['usage' | 'config'], terminal: Terminal): void {
  for (const line of words) terminal.printError(line);
  terminal.exitWith(code);
}
