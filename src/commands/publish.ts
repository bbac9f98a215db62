import { InvalidArgumentError, type Command } from 'commander';
import { readEnvironment } from '../config/environment.ts';
import { printable } from '../config/findings.ts';
import { exampleMessage } from '../contract/example-message.ts';
import { dropsOf } from '../contract/publish-rule.ts';
import { publishOnce } from '../redis/publisher.ts';
import type { Register, Terminal } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { readMessageFile } from './message-file.ts';
import { openRoutes, readRules, refuse } from './routes-in-force.ts';

interface Options {
  readonly file?: string;
  readonly force?: true;
  readonly example?: number;
}

export const registerPublish: Register = (program, terminal) => {
  const command: Command = program
    .command('publish')
    .description('publish a message at REDIS_URL, the example of its schema by default; not one that would be dropped')
    .argument('<channel>', 'the Redis channel')
    .argument('[payload]', 'a file that holds the message; - reads it from standard input')
    .option('--example <n>', 'the example to publish where no payload is given, counted from 1 (default: 1)', counted)
    .option('--force', 'publish what would be dropped, too')
    .option('--file <file>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
    .action((channel: string, payload: string | undefined, options: Options) =>
      run(channel, payload, options, terminal, (problem) => command.error(problem)),
    );
};

function counted(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Examples are counted from 1.');
}

async function run(
  channel: string,
  payload: string | undefined,
  { file, force, example }: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): Promise<void> {
  if (payload !== undefined && example !== undefined) return misused('error: give a payload or --example, not both');
  const bytes = payload === undefined ? undefined : await readMessageFile(payload);
  if (typeof bytes === 'string') return misused(`error: ${bytes}`);
  const rules = readRules(terminal);
  const config = rules && openRoutes(file ?? rules.routesFile, rules, terminal);
  if (!config) return;
  const message = bytes === undefined ? exampleMessage(config, channel, example ?? 1) : { raw: bytes };
  if ('problem' in message) return fail([message.problem], terminal);
  const drops = dropsOf(config, channel, message.raw, rules.maxMessageBytes);
  if (drops.length > 0 && !force) return fail(drops, terminal);
  for (const drop of drops) terminal.printError(printable(`published all the same: ${drop}`));
  await publish(channel, message.raw, terminal);
}

function fail(reasons: readonly string[], terminal: Terminal): void {
  for (const reason of reasons) terminal.printError(printable(`not published: ${reason}`));
  terminal.exitWith(EXIT.failed);
}

async function publish(channel: string, raw: Buffer, terminal: Terminal): Promise<void> {
  const { settings, findings } = readEnvironment({ REDIS_URL: terminal.environment['REDIS_URL'] });
  if (!settings) return refuse(findings, terminal);
  const { host, port } = settings.redis;
  const publication = await publishOnce(settings.redis, channel, raw);
  if ('problem' in publication) return fail([`Redis at ${host}:${port}: ${publication.problem}`], terminal);
  terminal.print(printable(`published to ${channel}: ${raw.toString('utf8')}`));
  terminal.print(heardBy(publication.receivers));
}

/** Redis counts connections; of a gateway each instance has one. */
function heardBy(receivers: number): string {
  if (receivers === 0) return 'nobody listens: no gateway subscribes to this channel at this Redis';
  return receivers === 1 ? '1 instance heard it' : `${receivers} instances heard it`;
}
