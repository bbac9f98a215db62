import { Option } from 'commander';
import { arrives, explain, type Explanation } from '../../contract/explain/explain.ts';
import { explanationRows, type Row } from '../../contract/explain/explain-text.ts';
import { clientNames, readClient } from '../../contract/explain/receives.ts';
import type { UserIdKind } from '../../schema/target-field.ts';
import type { Register, Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { explainRemote, remoteRows } from './explain-remote.ts';
import { gatewayUrl } from '../gateway-url.ts';
import { readMessage } from '../message-argument.ts';
import { openRoutes, readRules } from '../inputs.ts';
import { printRows } from '../print-table.ts';

interface Options {
  readonly user?: string;
  readonly file?: string;
  readonly url?: string;
  readonly json?: true;
}

export const registerExplain: Register = (command, terminal) => {
  command
    .argument('<channel>', 'the Redis channel it is published to')
    .argument('<payload>', 'the message: a file, - for standard input, or JSON text')
    .option(
      '--user <id>',
      'say whether this user receives it, and why not otherwise; "anonymous" is a client without a token',
    )
    .option('--file <file>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
    .addOption(
      new Option('--url <url>', 'ask a running gateway, with the token in ADMIN_TOKEN; it also counts the sockets')
        .argParser(gatewayUrl)
        .conflicts('file'),
    )
    .option('--json', 'print the result as one JSON document')
    .action((channel: string, payload: string, options: Options) =>
      run(channel, payload, options, terminal, (problem) => command.error(problem)),
    );
};

interface Asked {
  readonly channel: string;
  readonly raw: Buffer;
  readonly user: string | undefined;
}

/** An explanation from the routes file, or from a running gateway, which adds counts of sockets. */
interface Explained {
  readonly explanation: Explanation;
  readonly document: object;
  readonly more: readonly Row[];
}

async function run(
  channel: string,
  payload: string,
  { user, file, url, json }: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): Promise<void> {
  if (user !== undefined && !readClient(user)) return misused(badUser(user));
  const raw = await readMessage(payload);
  if (typeof raw === 'string') return misused(`error: ${raw}`);
  const asked = { channel, raw, user };
  const explained =
    url === undefined ? printLocal(asked, file, terminal, misused) : await printRemote(asked, url, terminal);
  if (!explained) return;
  if (json) terminal.print(JSON.stringify(explained.document, undefined, 2));
  else printRows([...explanationRows(explained.explanation, nameOf(user)), ...explained.more], terminal);
  terminal.exitWith(arrives(explained.explanation) ? EXIT.ok : EXIT.failed);
}

function printLocal(
  { channel, raw, user }: Asked,
  file: string | undefined,
  terminal: Terminal,
  misused: (problem: string) => never,
): Explained | undefined {
  const rules = readRules(terminal);
  const config = rules && openRoutes(file ?? rules.routesFile, rules, terminal);
  if (!config) return undefined;
  const { userId } = config.identity;
  const client = user === undefined ? undefined : readClient(user, userId);
  if (user !== undefined && !client) return misused(badUser(user, userId));
  const explanation = explain(config, { channel, raw, limits: rules.limits, ...(client && { client }) });
  return { explanation, document: explanation, more: [] };
}

function badUser(user: string, kind?: UserIdKind): string {
  return `error: --user is ${JSON.stringify(user)}; allowed is ${clientNames(kind)}`;
}

async function printRemote(asked: Asked, url: string, terminal: Terminal): Promise<Explained | undefined> {
  const answer = await explainRemote(url, asked, terminal);
  return (
    answer && { explanation: answer.explanation, document: answer, more: remoteRows(url, answer, nameOf(asked.user)) }
  );
}

function nameOf(user: string | undefined): string | undefined {
  return user === undefined || user === 'anonymous' ? user : `user ${user}`;
}
