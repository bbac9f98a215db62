import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command, CommanderError, Help } from 'commander';
import { parseEnvironmentFile } from '../config/environment/environment-file.ts';
import type { Terminal, Variables } from './terminal.ts';
import { COMMANDS } from './command-table.ts';
import { EXIT } from './exit-codes.ts';

function environmentFile(): Variables {
  return existsSync('.env') ? parseEnvironmentFile(readFileSync('.env')) : {};
}

/** Sets the variables of `.env` that the environment does not set. Returns false, and prints why, where the file cannot be read. */
function applyEnvironmentFile(): boolean {
  try {
    for (const [name, value] of Object.entries(environmentFile())) process.env[name] ??= value;
    return true;
  } catch (error) {
    process.stderr.write(`.env  error  ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

function versionOf(manifest: URL): string {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  return String(version);
}

async function ask(questions: readonly string[]): Promise<string[]> {
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  const answers: string[] = [];
  try {
    for (const question of questions) answers.push(await reader.question(question));
  } catch (error) {
    // Ctrl-C and Ctrl-D end the questions.
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  } finally {
    reader.close();
  }
  return answers;
}

/** Exits when the reader of the output has closed it, as in `gateway … | head`. */
function exitWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
}

/** Keeps the gateway running on a full disk or without a reader of the log: the log output counts dropped lines. */
function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** Declares all commands for help and suggestions, and loads the code of the one that the arguments name. */
async function createProgram(args: readonly string[], terminal: Terminal): Promise<Command> {
  const usages = new Map(COMMANDS.map(({ name, usage }) => [name, `${name} ${usage}`.trim()]));
  const program = new Command('gateway')
    .description('Delivers messages of Redis channels to Socket.IO clients, configured by a YAML file.')
    .version(versionOf(new URL('../../package.json', import.meta.url)))
    .configureHelp({ subcommandTerm: (command) => usages.get(command.name()) ?? new Help().subcommandTerm(command) })
    .showSuggestionAfterError()
    .exitOverride();
  const wanted = args[0] === 'help' ? args[1] : args[0];
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name).description(description);
    if (name === wanted) (await load())(command, terminal);
  }
  return program;
}

/** @param start what was seen before the program was loaded; the list of signals may still grow. */
export async function runProgram(start: Pick<Terminal, 'earlySignals' | 'parentPid'>): Promise<void> {
  if (!applyEnvironmentFile()) return void (process.exitCode = EXIT.config);
  if (process.argv[2] === 'start') ignoreOutputErrors();
  else exitWithoutReader();

  const terminal: Terminal = {
    environment: process.env,
    environmentFile,
    ...start,
    print: (line) => void process.stdout.write(`${line}\n`),
    printError: (line) => void process.stderr.write(`${line}\n`),
    exitWith: (code) => void (process.exitCode = code),
    ...(process.stdin.isTTY && process.stdout.isTTY && { ask }),
  };

  const program = await createProgram(process.argv.slice(2), terminal);
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}
