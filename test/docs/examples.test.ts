import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SLACK_MS = 120_000;
const COMMANDS = await readFile('docs/commands.md', 'utf8');
const README = await readFile('README.md', 'utf8');

/** The output of a command: the blocks without a language after its heading. */
function outputs(command: string): string[] {
  const section = COMMANDS.split(`\n## gateway ${command}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, language, text = '']) =>
    language === '' ? text : [],
  );
}

async function folder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'examples-'));
  for (const name of ['config', 'schemas']) await cp(name, join(root, name), { recursive: true });
  return root;
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

function run(root: string, ...args: string[]) {
  const env = { PATH: process.env['PATH'] };
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/main.js'), ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('docs/commands.md shows the output', { timeout: SLACK_MS }, () => {
  test('of gateway check', async () => {
    const root = await folder();
    await edit(join(root, 'config/routes.yaml'), (text) => text.replace('event: user', 'evnt: user'));
    expect(run(root, 'check')).toEqual({ status: 78, stdout: outputs('check')[0], stderr: '' });
  });

  test('of gateway explain', async () => {
    const message = '{"feature_id":1,"old_owner_id":"99999999999999999999","new_owner_id":8}';
    const { stdout } = run(await folder(), 'explain', 'feature-status', message, '--user', '7');
    expect(stdout).toBe(outputs('explain')[0]);
  });

  test('of gateway new', async () => {
    const root = await folder();
    await writeFile(join(root, 'offer.json'), '{"offer_id":12,"buyer_id":7,"price":1.5}');
    const [, line = ''] = /^npx gateway (new .*)$/m.exec(COMMANDS) ?? [];
    const { stdout, stderr } = run(root, ...line.split(' '));
    const lines = (text = ''): string[] => text.trimEnd().split('\n').toSorted();
    expect(lines(stdout + stderr)).toEqual(lines(outputs('new')[0]));
  });
});

test(
  "the README's channel in five minutes passes the check, and its messages can be published",
  async () => {
    const root = await folder();
    const [, steps = ''] = README.split('\n## Add a channel in five minutes\n');
    const blocks = [...(steps.split('\n## ')[0]?.matchAll(/^ {3}```(\w+)\n(.*?)^ {3}```$/gms) ?? [])];
    const block = (language: string): string =>
      (blocks.find(([, of]) => of === language)?.[2] ?? '').replaceAll(/^ {3}/gm, '');
    await mkdir(join(root, 'schemas'), { recursive: true });
    await writeFile(join(root, 'schemas/trade.schema.json'), block('json'));
    await edit(
      join(root, 'config/routes.yaml'),
      (text) => `${text}\n${block('yaml').slice(block('yaml').indexOf('  trades:'))}`,
    );

    expect(run(root, 'check', 'config/routes.yaml').stdout).toBe('config/routes.yaml: 4 routes, 0 warnings\n');
    const own = /publish trades '(.*)'/.exec(steps)?.[1] ?? '';
    expect(run(root, 'explain', 'trades', own, '--user', '7').status).toBe(0);
  },
  SLACK_MS,
);
