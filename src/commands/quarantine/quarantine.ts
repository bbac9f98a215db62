import { InvalidArgumentError, type Command } from 'commander';
import { printable } from '../../config/text/findings.ts';
import type { RoutesConfig } from '../../config/routes/load-routes.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { openQuarantine, type QuarantineReader } from '../../redis/quarantine-reader.ts';
import type { RedisTarget } from '../../redis/redis-target.ts';
import type { Register, Terminal } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { listKept, MOST_LISTED } from './list.ts';
import { replayKept } from './replay.ts';
import { showKept } from './show.ts';
import { openRoutes, readRedis, readRules, type Rules } from '../inputs.ts';

interface Options {
  readonly route?: string;
  readonly file?: string;
  readonly json?: true;
  readonly limit?: number;
  readonly all?: true;
}

/** What each of the three needs. */
export interface QuarantineAsked {
  readonly reader: QuarantineReader;
  /** Routes whose quarantine is meant. */
  readonly routes: readonly string[];
  readonly config: RoutesConfig;
  readonly rules: Rules;
  readonly redis: RedisTarget;
  readonly json: boolean;
  readonly limit: number;
}

export const registerQuarantine: Register = (program, terminal) => {
  const quarantine = program
    .command('quarantine')
    .description('look at the messages that routes with on_invalid: quarantine could not take, and replay them');
  const add = (name: string, description: string): Command =>
    quarantine
      .command(name)
      .description(description)
      .option('--route <name>', 'of this route only; without it of all routes that say on_invalid: quarantine')
      .option('--file <routes>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
      .option('--json', 'print the result as one JSON document');
  add('list', 'list them, the newest first, without their payloads')
    .option('--limit <n>', `at most so many, up to ${MOST_LISTED}`, counted, 20)
    .action((options: Options) => run(options, terminal, (asked) => listKept(asked, terminal)));
  add('show', 'show one, payload included, and what the routes make of it now')
    .argument('<id>', 'as list tells it')
    .action((id: string, options: Options) => run(options, terminal, (asked) => showKept(id, asked, terminal)));
  const replay = add('replay', 'publish what the routes take now, and remove it from the quarantine')
    .argument('[id]', 'as list tells it')
    .option('--all', 'all of them, the oldest first')
    .option('--limit <n>', 'with --all: look at so many at most', counted);
  replay.action((id: string | undefined, options: Options) => {
    if ((id === undefined) !== (options.all === true)) replay.error('error: give an id or --all');
    return run(options, terminal, (asked) => replayKept(id, asked, terminal));
  });
};

/** A route that is gone may have left messages; nothing where there is one, or some of its messages. */
async function unknownRoute(
  { file, routes }: RoutesConfig,
  name: string,
  reader: QuarantineReader,
): Promise<string | undefined> {
  const names = routes.map((route) => route.name);
  if (names.includes(name) || (await reader.count(name)) > 0) return undefined;
  const near = didYouMean(name, names);
  return `${file} has no route ${JSON.stringify(name)}${near === undefined ? '' : `. Did you mean "${near}"?`}`;
}

function counted(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A number from 1.');
}

async function run(
  { route, file, json, limit = Infinity }: Options,
  terminal: Terminal,
  act: (asked: QuarantineAsked) => Promise<void>,
): Promise<void> {
  const rules = readRules(terminal);
  const config = rules && openRoutes(file ?? rules.routesFile, rules, terminal);
  const redis = config && readRedis(terminal);
  if (!redis) return;
  const keeping = config.routes.filter(({ onInvalid }) => onInvalid === 'quarantine');
  const routes = route === undefined ? keeping.map(({ name }) => name) : [route];
  let reader: QuarantineReader | undefined;
  try {
    reader = await openQuarantine(redis);
    const unknown = route === undefined ? undefined : await unknownRoute(config, route, reader);
    if (unknown !== undefined) {
      terminal.printError(printable(unknown));
      return terminal.exitWith(EXIT.usage);
    }
    await act({ reader, routes, config, rules, redis, json: json === true, limit });
  } catch (error) {
    terminal.printError(printable(error instanceof Error ? error.message : String(error)));
    terminal.exitWith(EXIT.failed);
  } finally {
    reader?.close();
  }
}
