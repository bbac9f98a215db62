import { InvalidArgumentError } from 'commander';
import { readEnvironment } from '../../config/environment/environment.ts';
import { printable } from '../../config/text/findings.ts';
import { Malformed, socketPath } from '../../config/environment/variable-types.ts';
import { clientNames, readClient } from '../../contract/explain/receives.ts';
import { paint, type Register, type Terminal } from '../terminal.ts';
import { EXIT } from '../exit-codes.ts';
import { gatewayUrl } from '../gateway-url.ts';
import { refuse } from '../inputs.ts';
import type { TailListener } from './tail-client.ts';

interface Options {
  readonly url: string;
  readonly socketPath?: string;
  readonly token?: string;
  readonly event?: readonly string[];
  readonly user?: string;
  readonly json?: true;
}

export const registerTail: Register = (command, terminal) => {
  command
    .option('--url <url>', 'the gateway', gatewayUrl, 'http://localhost:3000')
    .option('--socket-path <path>', 'the path of Socket.IO (default: $SOCKET_PATH, else /socket.io/)', pathOption)
    .option('--token <token>', 'the token; prefer GATEWAY_TOKEN, because arguments stay in shell histories')
    .option('--event <events...>', 'only these events')
    .option('--user <id>', 'exit unless the token belongs to this user; "anonymous" means no user', userName)
    .option('--json', 'print each event as a line of JSON')
    .action((options: Options) => run(options, terminal));
};

function userName(text: string): string {
  if (readClient(text)) return text;
  throw new InvalidArgumentError(`Allowed is ${clientNames()}.`);
}

function pathOption(text: string): string {
  try {
    return socketPath(text);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new InvalidArgumentError(`Allowed is ${error.message}.`);
  }
}

async function run({ url, socketPath: path, token, event, user, json }: Options, terminal: Terminal): Promise<void> {
  const { SOCKET_PATH } = terminal.environment;
  const { settings, findings } = readEnvironment({ SOCKET_PATH });
  if (!settings) return refuse(findings, terminal);
  const { listen } = await import('./tail-client.ts');
  const given = token ?? terminal.environment['GATEWAY_TOKEN'];
  const received = (name: string, payload: unknown): void => {
    if (event && !event.includes(name)) return;
    terminal.print(json ? jsonLine(name, payload) : textLine(name, payload));
  };
  const reports = connectionReports(url, terminal, given === undefined || given === '');
  const connected = (welcome: unknown): void => {
    if (user === undefined || userOf(welcome) === user) return reports.connected(welcome);
    const found = `connected to ${url} ${whoIs(welcome)}`;
    terminal.printError(
      printable(`${found}, and --user is ${user}: a client receives only events of the user of its token`),
    );
    terminal.exitWith(EXIT.failed);
    stop();
  };
  const stop = listen(url, path ?? settings.socketPath, given === '' ? undefined : given, {
    ...reports,
    connected,
    received,
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  // The reader of the output has closed it, as `head` does.
  process.stdout.on('error', stop);
}

function jsonLine(event: string, payload: unknown): string {
  return JSON.stringify({ time: new Date().toISOString(), event, payload });
}

function textLine(event: string, payload: unknown): string {
  const now = new Date();
  const time = `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, '0')}`;
  const shown = payload === undefined ? '' : printable(JSON.stringify(payload));
  return `${paint('dim', time)}  ${paint('cyan', printable(event))}  ${shown}`.trimEnd();
}

/** To standard error: standard output is events only. */
function connectionReports(url: string, terminal: Terminal, isAnonymous: boolean): Omit<TailListener, 'received'> {
  let reported: string | undefined;
  return {
    connected(welcome) {
      reported = undefined;
      terminal.printError(printable(`connected to ${url} ${whoIs(welcome)}`));
    },
    lost(reason) {
      // Each further attempt fails alike.
      if (reason === reported) return;
      reported = reason;
      terminal.printError(printable(`no connection to ${url}: ${reason}; trying again`));
    },
    refused(reason) {
      const hint = isAnonymous ? '; give a token with --token, or in GATEWAY_TOKEN' : '';
      terminal.printError(printable(`${url} refused: ${reason}${hint}`));
      terminal.exitWith(EXIT.failed);
    },
  };
}

/** An id is a number while that is exact; a client without one is anonymous. */
function userOf(welcome: unknown): string {
  const known = typeof welcome === 'object' && welcome !== null && 'userId' in welcome;
  return known ? String(welcome.userId) : 'anonymous';
}

function whoIs(welcome: unknown): string {
  const user = userOf(welcome);
  return user === 'anonymous' ? 'as an anonymous client' : `as user ${user}`;
}
