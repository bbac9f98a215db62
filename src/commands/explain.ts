import type { Command } from 'commander';
import { printable } from '../config/findings.ts';
import { arrives, explain, type Explanation } from '../contract/explain.ts';
import { explanationRows, type Row } from '../contract/explain-text.ts';
import { readClient } from '../contract/hearing.ts';
import { paint, type Register, type Terminal } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { readMessageFile } from './message-file.ts';
import { openRoutes, readRules } from './routes-in-force.ts';

interface Options {
  readonly user?: string;
  readonly file?: string;
  readonly json?: true;
}

export const registerExplain: Register = (program, terminal) => {
  const command: Command = program
    .command('explain')
    .description('tell the way of one message: its routes, what the schema says of it, who hears it, and what they get')
    .argument('<channel>', 'the Redis channel it is published to')
    .argument('<payload>', 'a file that holds the message; - reads it from standard input')
    .option(
      '--user <id>',
      'would this user hear it, and if not, why not; "anonymous" asks for a client without a token',
    )
    .option('--file <file>', 'the routes file (default: $ROUTES_FILE, else config/routes.yaml)')
    .option('--json', 'print the result as one JSON document')
    .action((channel: string, payload: string, options: Options) =>
      run(channel, payload, options, terminal, (problem) => command.error(problem)),
    );
};

async function run(
  channel: string,
  payload: string,
  { user, file, json }: Options,
  terminal: Terminal,
  misused: (problem: string) => never,
): Promise<void> {
  const client = user === undefined ? undefined : readClient(user);
  if (user !== undefined && !client)
    return misused(`error: --user is ${JSON.stringify(user)}; allowed is a user id, such as 7, or anonymous`);
  const raw = await readMessageFile(payload);
  if (typeof raw === 'string') return misused(`error: ${raw}`);
  const rules = readRules(terminal);
  const config = rules && openRoutes(file ?? rules.routesFile, rules, terminal);
  if (!config) return;
  const explanation = explain(config, { channel, raw, maxBytes: rules.maxMessageBytes, ...(client && { client }) });
  if (json) terminal.print(JSON.stringify(explanation, undefined, 2));
  else print(explanation, user, terminal);
  terminal.exitWith(arrives(explanation) ? EXIT.ok : EXIT.failed);
}

const COLOURS = { good: 'green', bad: 'red' } as const;

function print(explanation: Explanation, user: string | undefined, terminal: Terminal): void {
  const who = user === undefined || user === 'anonymous' ? user : `user ${user}`;
  const rows = explanationRows(explanation, who);
  const width = Math.max(...rows.map(({ label }) => label.length)) + 2;
  for (const row of rows) for (const line of linesOf(row, width)) terminal.print(line);
}

function linesOf({ label, lines, tone }: Row, width: number): string[] {
  if (lines.length === 0) return [''];
  return lines.map((line, i) => {
    const text = printable(line);
    const shown = tone === 'plain' ? text : paint(COLOURS[tone], text);
    return paint('dim', (i === 0 ? label : '').padEnd(width)) + shown;
  });
}
