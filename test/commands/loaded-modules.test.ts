import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { describe, expect, onTestFinished, test } from 'vitest';
import { COMMANDS } from '../../src/commands/command-table.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PRELOADED = pathToFileURL(join(ROOT, 'test/support/list-modules.mjs')).href;
/** Libraries that only a running gateway, or a command that talks to one, needs. */
const SERVER_LIBRARIES = [
  'socket.io',
  'engine.io',
  'ioredis',
  '@opentelemetry',
  '@grpc',
  'pino',
  'prom-client',
  'express',
];

/** URLs of the modules that `gateway <args>` loads. */
function modulesOf(args: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'modules-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'urls');
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', PRELOADED, 'dist/main.js', ...args.map((arg) => arg.replace('$OUT', join(folder, 'out')))],
    { cwd: ROOT, encoding: 'utf8', env: { PATH: process.env['PATH'], MODULES_FILE: file } },
  );
  expect(stderr).toBe('');
  return readFileSync(file, 'utf8').trim().split('\n');
}

const librariesIn = (urls: readonly string[]): string[] =>
  SERVER_LIBRARIES.filter((name) => urls.some((url) => url.includes(`/node_modules/${name}`)));

describe('a command loads only what it needs', () => {
  test('gateway check loads at most 260 modules', () => {
    const urls = modulesOf(['check', 'config/routes.yaml']);
    expect(urls.some((url) => url.endsWith('/dist/commands/check/check.js'))).toBe(true);
    expect(urls.length).toBeLessThanOrEqual(260);
  });

  test.each([
    [['check', 'config/routes.yaml']],
    [['explain', 'user-status', '{}']],
    [['test']],
    [['types', '--out', '$OUT']],
    [['asyncapi', '--out', '$OUT']],
    [['diff', 'config/routes.yaml', 'config/routes.yaml']],
    [['new', '--help']],
    [['--help']],
  ])('gateway %j loads no library of the server', (args) => {
    expect(librariesIn(modulesOf(args))).toEqual([]);
  });

  test('the search finds such a library where one is loaded', () => {
    expect(librariesIn(modulesOf(['publish', '--help']))).toEqual(['ioredis']);
  });
});

test.each(COMMANDS.map((entry) => [entry.name, entry] as const))(
  'gateway --help lists the options and arguments of %s',
  async (_, { name, usage, load }) => {
    const command = new Command(name);
    const refuse = (): never => {
      throw new Error('not used');
    };
    (await load())(command, {
      environment: {},
      environmentFile: () => ({}),
      earlySignals: [],
      parentPid: process.ppid,
      print: refuse,
      printError: refuse,
      exitWith: refuse,
    });
    expect(`${name} ${usage}`.trim()).toBe(command.createHelp().subcommandTerm(command));
  },
);
