import { InvalidArgumentError } from 'commander';
import { startSampleAuthService, type SampleUser } from '../auth/sample-service.ts';
import { EXIT } from './exit-codes.ts';
import type { Register, Terminal } from './terminal.ts';

interface Options {
  readonly user: ReadonlyMap<string, SampleUser>;
  readonly claim?: readonly SampleClaim[];
  readonly expiresIn?: number;
  readonly port: number;
}

interface SampleClaim {
  readonly user: string;
  readonly claim: string;
  readonly value: string;
}

const DEFAULT_PORT = 50051;

export const registerAuthServer: Register = (command, terminal) => {
  command
    .requiredOption('--user <id=token>', 'a user and the token by which it connects; repeat it for more', userOption)
    .option('--claim <id.claim=value>', 'a claim of a user, such as 7.roles=staff; repeat it for more', claimOption)
    .option('--expires-in <seconds>', 'let tokens expire so long after each connect (default: never)', wholeNumber)
    .option('--port <port>', 'the port of 127.0.0.1 to listen on', wholeNumber, DEFAULT_PORT)
    .action((options: Options) => run(options, terminal, (problem) => command.error(`error: ${problem}`)));
};

function userOption(text: string, users: ReadonlyMap<string, SampleUser> = new Map()): Map<string, SampleUser> {
  const [, id = '', token = ''] = /^([^=\s]{1,128})=([\x21-\x7e]{1,4096})$/.exec(text) ?? [];
  if (token === '') throw new InvalidArgumentError('Allowed is a user id, = and a token, such as 7=alice.');
  return new Map([...users, [token, { id }]]);
}

function claimOption(text: string, claims: readonly SampleClaim[] = []): SampleClaim[] {
  const [, user, claim, value] = /^([^=\s]+)\.([A-Za-z_][\w:-]*)=(.+)$/.exec(text) ?? [];
  if (user === undefined || claim === undefined || value === undefined)
    throw new InvalidArgumentError('Allowed is a user id, a dot, a claim, = and a value, such as 7.roles=staff.');
  return [...claims, { user, claim, value }];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Allowed is a whole number.');
  return Number(text);
}

async function run(
  { user: users, claim: claims = [], expiresIn, port }: Options,
  terminal: Terminal,
  failed: (problem: string) => never,
): Promise<void> {
  const ids = [...users.values()].map(({ id }) => id);
  const stray = claims.find(({ user }) => !ids.includes(user));
  if (stray) return failed(`--claim names user ${stray.user}, and --user does not`);
  const known = Array.from(users, ([token, { id }]) => {
    const own = Object.groupBy(
      claims.filter(({ user }) => user === id),
      ({ claim }) => claim,
    );
    const values = Object.entries(own).map(([claim, list = []]) => [claim, list.map(({ value }) => value)] as const);
    return [token, { id, claims: Object.fromEntries(values), ...(expiresIn !== undefined && { expiresIn }) }] as const;
  });
  try {
    const service = await startSampleAuthService(new Map(known), `127.0.0.1:${port}`);
    terminal.print(`A sample auth service, for trials only: AUTH_SERVICE_ADDR=${service.address}. Ctrl-C stops it.`);
    for (const [token, { id }] of known) terminal.print(`user ${id}  ${token}`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, service.stop);
  } catch (error) {
    terminal.printError(
      `error: port ${port} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
    terminal.exitWith(EXIT.failed);
  }
}
