import { InvalidArgumentError } from 'commander';
import { printable } from '../config/text/findings.ts';
import type { RoutesConfig } from '../config/routes/route-config.ts';
import { exampleMessage } from '../contract/publish/example-message.ts';
import { dropsOf, publishWay } from '../contract/publish/preflight-publish.ts';
import { publishOnce } from '../redis/publisher.ts';
import type { RedisTarget } from '../redis/redis-target.ts';
import type { Register, Terminal } from './terminal.ts';
import { EXIT } from './exit-codes.ts';
import { readMessage } from './message-argument.ts';
import { openRoutes, readRedis, readRules, type Rules } from './inputs.ts';

interface Options {
  readonly file?: string;
  readonly force?: true;
  readonly example?: number;
  readonly json?: true;
}

/** How it ended, as `--json` prints it. */
type PublishResult =
  | {
      readonly published: true;
      readonly channel: string;
      readonly message: string;
      /** Absent for a stream, and with a cluster, where a node counts only its own. */
      readonly receivers?: number;
      /** Of the stream. */
      readonly entryId?: string;
      /** Why routes drop what was forced. */
      readonly drops: readonly string[];
    }
  | { readonly published: false; readonly channel: string; readonly reasons: readonly string[] };

export const registerPublish: Register = (command, terminal) => {
  command
    .argument('<channel>', 'the Redis channel or stream')
    .argument('[payload]', 'the message: a file, - for standard input, or JSON text')
    .option('--example <n>', 'the example to publish without a payload, counted from 1 (default: 1)', counted)
    .option('--force', 'publish a message that a route drops')
    .option('--file <file>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
    .option('--json', 'print the result as one JSON document')
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
  { file, force, example, json }: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): Promise<void> {
  if (payload !== undefined && example !== undefined) return misused('error: give a payload or --example, not both');
  const bytes = payload === undefined ? undefined : await readMessage(payload);
  if (typeof bytes === 'string') return misused(`error: ${bytes}`);
  const rules = readRules(terminal);
  const config = rules && openRoutes(file ?? rules.routesFile, rules, terminal);
  const redis = config && readRedis(terminal);
  if (!redis) return;
  const message = bytes === undefined ? exampleMessage(config, channel, example ?? 1) : { raw: bytes };
  const ending =
    'problem' in message
      ? unpublished(channel, [message.problem])
      : await publish({ channel, raw: message.raw, force }, config, rules, redis);
  if (json) terminal.print(JSON.stringify(ending, undefined, 2));
  else printResult(ending, terminal);
  if (!ending.published) terminal.exitWith(EXIT.failed);
}

interface Message {
  readonly channel: string;
  readonly raw: Buffer;
  readonly force: true | undefined;
}

async function publish(
  { channel, raw, force }: Message,
  config: RoutesConfig,
  { limits }: Rules,
  redis: RedisTarget,
): Promise<PublishResult> {
  const drops = dropsOf(config, { channel, raw, limits });
  if (drops.length > 0 && !force) return unpublished(channel, drops);
  const publication = await publishOnce(redis, { channel, message: raw, ...publishWay(config, channel) });
  if ('problem' in publication) return unpublished(channel, [publication.problem]);
  return { published: true, channel, message: raw.toString('utf8'), ...publication, drops };
}

function unpublished(channel: string, reasons: readonly string[]): PublishResult {
  return { published: false, channel, reasons };
}

function printResult(ending: PublishResult, terminal: Terminal): void {
  if (!ending.published) {
    for (const reason of ending.reasons) terminal.printError(printable(`not published: ${reason}`));
    return;
  }
  for (const drop of ending.drops) terminal.printError(printable(`published all the same: ${drop}`));
  const { channel, message, receivers, entryId } = ending;
  if (entryId !== undefined) terminal.print(printable(`added to the stream ${channel} as ${entryId}: ${message}`));
  if (entryId !== undefined && receivers === undefined) return;
  terminal.print(printable(`published to ${channel}: ${message}`));
  terminal.print(heardBy(receivers));
}

/** Redis counts connections; of a gateway each instance has one. */
function heardBy(receivers: number | undefined): string {
  if (receivers === undefined) return 'the number of instances is unknown: a node of a cluster counts only its own';
  if (receivers === 0) return 'no instance received it: no gateway subscribes to this channel at this Redis';
  return receivers === 1 ? '1 instance received it' : `${receivers} instances received it`;
}
