import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newFolder, writeContract } from './contract-tree.ts';

const MAIN = resolve('dist/main.js');

interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(folder: string, command: string, ...args: string[]): Finished {
  const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_GLOBAL: '/dev/null' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

const diff = (folder: string, ...args: string[]): Finished => run(folder, process.execPath, MAIN, 'diff', ...args);

function git(folder: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  const { code, err } = run(folder, 'git', ...identity, ...args);
  if (code !== 0) throw new Error(err);
}

const PRICE = { type: 'object', required: ['price'], properties: { price: { $ref: 'parts.json#/$defs/price' } } };
const ROUTE = { event: 'tick', schema: '../schemas/price.json', target: 'broadcast' };
const contract = (price: object, route: object = ROUTE) => ({
  routes: { ticker: route },
  schemas: { 'price.json': PRICE, 'parts.json': { $defs: { price } } },
});

/** A repository of three commits, the gateway's files in `under`: numbers, text (tagged v2), and a visible audience. */
function repository(under = ''): string {
  const folder = newFolder();
  const commit = (price: object, route?: object): void => {
    writeContract(contract(price, route), join(folder, under));
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message', 'change');
  };
  git(folder, 'init', '--quiet', '--initial-branch', 'main');
  if (under !== '') mkdirSync(join(folder, under), { recursive: true });
  commit({ type: 'number' });
  commit({ type: 'string' });
  git(folder, 'tag', 'v2');
  commit({ type: 'string' }, { ...ROUTE, audience: 'anyone' });
  return folder;
}

describe('gateway diff', () => {
  test('tells what changed between two revisions, schemas that are referred to included, and exits with 1', () => {
    const { code, out, err } = diff(repository(), 'HEAD~2', 'v2');
    expect([code, err]).toEqual([1, '']);
    expect(out.split('\n')).toEqual([
      'breaking  route ticker, event tick: field price is string, and was number',
      '          clients: code made for the old type fails',
      '          publishers: messages that were delivered are now invalid, and dropped',
      '',
      '1 breaking, 0 risky, 0 safe',
      '',
    ]);
  });

  test('lets a risk pass, unless it is told to fail on risks', () => {
    const folder = repository();
    expect(diff(folder, 'v2', 'main').code).toBe(0);
    expect(diff(folder, 'v2', 'main', '--fail-on', 'risky').code).toBe(1);
    expect(diff(folder, 'main', 'HEAD', '--fail-on', 'risky')).toMatchObject({
      code: 0,
      out: 'nothing of the contract changed\n',
    });
  });

  test('compares a revision with the files of today, and leaves them and the index alone', () => {
    const folder = repository();
    writeContract(contract({ type: 'boolean' }), folder);
    git(folder, 'add', 'config/routes.yaml');
    const status = run(folder, 'git', 'status', '--porcelain').out;
    expect(diff(folder, 'HEAD', 'config/routes.yaml').out).toContain('field price is boolean, and was string');
    expect(run(folder, 'git', 'status', '--porcelain').out).toBe(status);
  });

  test('finds routes below the top of a repository, from there and from the top', () => {
    const folder = repository('services/gateway');
    const below = join(folder, 'services', 'gateway');
    expect(diff(below, 'HEAD~2', 'HEAD').out).toContain('field price is string, and was number');
    expect(diff(join(below, 'config'), '--file', 'routes.yaml', 'HEAD~2', 'HEAD').code).toBe(1);
    const named = ['HEAD~2:services/gateway/config/routes.yaml', 'services/gateway/config/routes.yaml'];
    expect(diff(folder, ...named).out).toContain('field price is string, and was number');
  });

  describe('a revision without a path', () => {
    /** Beside the usual file a second one, which has another event. */
    function twoFiles(): string {
      const folder = repository();
      const second = JSON.stringify({ version: 1, routes: { ticker: { ...ROUTE, event: 'tock' } } });
      writeFileSync(join(folder, 'config', 'second.yaml'), second);
      git(folder, 'add', '.');
      git(folder, 'commit', '--quiet', '--message', 'second');
      return folder;
    }
    const SAME = { code: 0, out: 'nothing of the contract changed\n', err: '' };

    test('has the file that the other version names, before or after it, by a path or behind a colon', () => {
      const folder = twoFiles();
      expect(diff(folder, 'HEAD', 'config/second.yaml')).toEqual(SAME);
      expect(diff(folder, 'config/second.yaml', 'HEAD')).toEqual(SAME);
      expect(diff(folder, 'HEAD', 'HEAD:config/second.yaml')).toEqual(SAME);
      expect(diff(folder, 'HEAD', join(folder, 'config', 'second.yaml'))).toEqual(SAME);
    });

    test('has the file of --file where that is given, and the usual one beside a file from elsewhere', () => {
      const folder = twoFiles();
      const chosen = diff(folder, '--file', 'config/routes.yaml', 'HEAD', 'config/second.yaml');
      expect(chosen).toMatchObject({ code: 1, out: expect.stringContaining('tock') });
      const elsewhere = writeContract(contract({ type: 'boolean' }));
      expect(diff(folder, 'HEAD', elsewhere).out).toContain('field price is boolean, and was string');
    });

    test('that has no such file is told so, in place of another file', () => {
      const { code, err } = diff(twoFiles(), 'HEAD~1', 'config/second.yaml');
      expect([code, err]).toEqual([78, expect.stringMatching(/^HEAD~1:config\/second\.yaml.* does not exist/)]);
    });

    test('is compared from a folder below the top too, with a path from there or from the top', () => {
      const folder = twoFiles();
      const below = join(folder, 'config');
      expect(diff(below, 'HEAD', 'routes.yaml')).toEqual(SAME);
      expect(diff(below, 'HEAD', 'second.yaml')).toEqual(SAME);
      expect(diff(below, 'HEAD~3', 'v2').out).toContain('field price is string, and was number');
      expect(diff(below, '--file', 'config/second.yaml', 'HEAD', 'second.yaml')).toEqual(SAME);
    });
  });

  test('gives machines all it tells people', () => {
    const { code, out } = diff(repository(), '--json', 'v2', 'main');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      receivers: [
        { event: 'tick', field: 'price', before: ['authenticated clients'], after: ['anyone'] },
        { field: '*' },
      ],
      failOn: 'breaking',
      failed: false,
      changes: [
        {
          level: 'risky',
          route: 'ticker',
          event: 'tick',
          what: 'audience is opened to anyone',
          effects: [{ party: 'operators', level: 'risky', why: 'visitors who are not logged in receive it too' }],
        },
      ],
    });
  });

  test('refuses a version that no gateway would start with, with its place in that revision', () => {
    const folder = repository();
    writeFileSync(
      join(folder, 'config', 'routes.yaml'),
      readFileSync(join(folder, 'config', 'routes.yaml'), 'utf8') + '}',
    );
    git(folder, 'commit', '--quiet', '--all', '--message', 'broken');
    const { code, out, err } = diff(folder, 'v2', 'main');
    expect([code, out]).toEqual([78, '']);
    expect(err).toMatch(/^main:config\/routes\.yaml:\d+:\d+ {2}error/);
  });

  test.each(['no-such-branch', '--upload-pack=x', ':', 'config/rotes.yaml'])(
    'refuses %s as a version, and exits with 64',
    (name) => {
      const { code, err } = diff(repository(), '--', name, 'main');
      expect([code, err]).toEqual([64, `${name} is neither a routes file nor a git revision\n`]);
    },
  );

  test('needs no repository for two files', () => {
    const [old, now] = [writeContract(contract({ type: 'number' })), writeContract(contract({ type: 'integer' }))];
    expect(diff(newFolder(), old, now).out).toContain('field price may no longer be number');
  });
});
