import type { Command } from 'commander';
import { addRoute } from '../config/add-to-yaml.ts';
import { printable } from '../config/findings.ts';
import { loadRoutes, type RoutesConfig } from '../config/routes-file.ts';
import { newRoute, readTargetWish, type NewRoute } from '../contract/new-route.ts';
import { printFindings, summaryOf } from './check.ts';
import type { Register, Terminal } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { readMessageFile } from './message-file.ts';
import { createFileChanges, type FileChanges } from './new-files.ts';
import { readText, writeSchema } from './new-schema.ts';
import { completeOptions, type Wanted } from './new-questions.ts';
import { writeTest } from './new-test.ts';
import { openRoutes, readRules, type Rules } from './routes-in-force.ts';

interface Options extends Partial<Wanted> {
  readonly schemaName?: string;
  readonly file?: string;
}

export const registerNew: Register = (program, terminal) => {
  const command: Command = program
    .command('new')
    .description(
      'add a route: to the routes file, with a schema from a sample message, and a test; asks what no option says',
    )
    .argument('<channel>', 'the Redis channel')
    .option('--event <event>', 'the Socket.IO event that clients hear')
    .option('--target <target>', 'broadcast, user:<field> or users:<field>,<field>; a ? after one that may be absent')
    .option('--sample <file>', 'a message as it is published; - reads it from standard input')
    .option('--schema-name <name>', "the schema's file is <name>.schema.json (default: the channel)")
    .option('--file <file>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
    .action((channel: string, options: Options) =>
      run(channel, options, terminal, (problem) => command.error(`error: ${problem}`)),
    );
};

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

async function run(
  channel: string,
  { schemaName, file, ...given }: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): Promise<void> {
  const wanted = await completeOptions(given, terminal.ask);
  if (typeof wanted === 'string') return misused(wanted);
  const { event, target: written, sample: path } = wanted;
  const target = readTargetWish(written);
  if (!target) return misused(`--target is ${JSON.stringify(written)}; allowed is broadcast, user:field or users:a,b?`);
  if (schemaName !== undefined && !FILE_NAME.test(schemaName))
    return misused('--schema-name is a name, without a folder');
  const bytes = await readMessageFile(path);
  if (typeof bytes === 'string') return misused(bytes);
  const rules = readRules(terminal);
  const config = rules && openRoutes(file ?? rules.routesFile, rules, terminal);
  if (!config) return;
  const wish = {
    channel,
    event,
    target,
    sample: bytes.toString('utf8'),
    ...(schemaName !== undefined && { schemaName }),
  };
  const made = newRoute(config, wish);
  if ('problem' in made) return fail(made.problem, terminal);
  const changes = createFileChanges();
  try {
    writeAll({ config, rules, made, channel, ids: target.fields }, changes, terminal);
  } catch (error) {
    changes.undo();
    fail(error instanceof Error ? error.message : String(error), terminal);
  }
}

interface Work {
  readonly config: RoutesConfig;
  readonly rules: Rules;
  readonly made: NewRoute;
  readonly channel: string;
  readonly ids: Parameters<typeof writeSchema>[2];
}

/** Written first and checked then, as findings have their place in files. */
function writeAll(
  { config: { file }, rules, made, channel, ids }: Work,
  changes: FileChanges,
  terminal: Terminal,
): void {
  const schema = writeSchema(file, made, ids, changes);
  const before = readText(file, rules.configRoot);
  const { text, laidOutAnew } = addRoute(before, made.name, made.route);
  changes.write(file, text, before);
  const { config, findings } = loadRoutes(file, rules.configRoot);
  printFindings(file, findings, terminal);
  if (!config) {
    changes.undo();
    return fail('the route would not pass the check; all files are as before', terminal);
  }
  const test = writeTest(config, { ...made, channel }, rules, changes);
  terminal.print(`wrote ${schema}`);
  terminal.print(`added route "${made.name}" to ${file}${laidOutAnew ? ', and laid out its other lines anew' : ''}`);
  terminal.print(test);
  terminal.print(summaryOf(file, findings, config.routes.length));
}

function fail(problem: string, terminal: Terminal): void {
  terminal.printError(printable(`nothing was added: ${problem}`));
  terminal.exitWith(EXIT.failed);
}
