import { InvalidArgumentError, type Command } from 'commander';
import { printable } from '../../config/text/findings.ts';
import type { RoutesConfig } from '../../config/routes/route-config.ts';
import { didYouMean } from '../../schema/did-you-mean.ts';
import { openQuarantine, type QuarantineReader } from '../../redis/quarantine-reader.ts';
import type { Register, Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { listKept, MOST_LISTED } from './list.ts';
import { replayKept } from './replay.ts';
import type { QuarantineQuery } from './query.ts';
import { showKept } from './show.ts';
import { openRoutes, readRedis, readRules } from '../inputs.ts';

interface Options {
  readonly route?: string;
  readonly file?: string;
  readonly json?: true;
  readonly limit?: number;
  readonly all?: true;
}

export const registerQuarantine: Register = (command, terminal) => {
  const add = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option('--route <name>', 'only of this route (default: all routes with on_invalid: quarantine)')
      .option('--file <routes>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
      .option('--json', 'print the result as one JSON document');
  add('list', 'list messages, newest first, without their payloads')
    .option('--limit <n>', `list at most n messages, up to ${MOST_LISTED}`, counted, 20)
    .action((options: Options) => run(options, terminal, (query) => listKept(query, terminal)));
  add('show', 'show one message with its payload, and what the routes do with it now')
    .argument('<id>', 'the id that list prints')
    .action((id: string, options: Options) => run(options, terminal, (query) => showKept(id, query, terminal)));
  const replay = add('replay', 'publish messages that the routes accept now, and remove them from the quarantine')
    .argument('[id]', 'the id that list prints')
    .option('--all', 'replay all messages, oldest first')
    .option('--limit <n>', 'with --all: replay at most n messages', counted);
  replay.action((id: string | undefined, options: Options) => {
    if ((id === undefined) !== (options.all === true)) replay.error('error: give an id or --all');
    return run(options, terminal, (query) => replayKept(id, query, terminal));
  });
};

/** Reports a route that neither exists nor has messages left: a removed route may still have some. */
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
  act: (query: QuarantineQuery) => Promise<void>,
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
