import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const DEFAULT = await readFile('config/routes.yaml', 'utf8');
const STATUS = { user_id: 7, status: 'online' };
const SLACK_MS = 60_000;

/** A folder `tree` with config and schemas as they are to be after the change. */
async function writeTree(tree: string, change: number): Promise<void> {
  await mkdir(join(tree, 'config'), { recursive: true });
  await cp('schemas', join(tree, 'schemas'), { recursive: true });
  const route = `\n  extra:\n    event: extra-${change}\n    schema: ../schemas/user-status.schema.json\n    target: broadcast\n`;
  await writeFile(join(tree, 'config', 'routes.yaml'), DEFAULT + route);
}

interface Site {
  readonly root: string;
  /** Where the next state lies, whole. */
  readonly next: string;
  readonly change: number;
}

const git = (root: string, ...args: string[]): void => {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main'];
  execFileSync('git', [...who, ...args], { cwd: join(root, 'live'), stdio: 'pipe' });
};

/** How people replace a folder; `live/config/routes.yaml` is the routes file. */
const WAYS: Readonly<Record<string, (site: Site) => Promise<void>>> = {
  'mv and cp -r of config': async ({ root, next, change }) => {
    await rename(join(root, 'live/config'), join(root, `old-${change}`));
    await cp(join(next, 'config'), join(root, 'live/config'), { recursive: true });
  },
  'rm -r and cp -r of everything': async ({ root, next }) => {
    await rm(join(root, 'live'), { recursive: true });
    await cp(next, join(root, 'live'), { recursive: true });
  },
  'removed, and created a while later': async ({ root, next }) => {
    await rm(join(root, 'live/config'), { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await cp(join(next, 'config'), join(root, 'live/config'), { recursive: true });
  },
  'rsync --delete, by new files that are renamed': async ({ root, next }) => {
    for (const file of ['config/routes.yaml', 'schemas/user-status.schema.json']) {
      await cp(join(next, file), join(root, 'live', `${file}.tmp`));
      await rename(join(root, 'live', `${file}.tmp`), join(root, 'live', file));
    }
  },
  'a rename of the whole tree': async ({ root, next, change }) => {
    await rename(join(root, 'live'), join(root, `old-${change}`));
    await rename(next, join(root, 'live'));
  },
  'a git checkout that removes the folder, and one that brings it back': async ({ root, next, change }) => {
    if (change === 1) git(root, 'init', '-q');
    if (change === 1) git(root, 'commit', '-q', '--allow-empty', '-m', 'empty');
    git(root, 'checkout', '-q', '-b', `change-${change}`);
    await cp(next, join(root, 'live'), { recursive: true });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'change');
    const first = execFileSync('git', ['rev-list', '--max-parents=0', 'HEAD'], { cwd: join(root, 'live') });
    git(root, 'checkout', '-q', first.toString().trim());
    git(root, 'checkout', '-q', `change-${change}`);
  },
};

async function stage(live: (root: string) => Promise<string>) {
  const root = await mkdtemp(join(tmpdir(), 'replaced-'));
  const file = await live(root);
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const program = await runProgram({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE: file });
  await program.logged('subscribed to Redis');
  const client = await connectClient(program.url, TOKENS.alice);
  const bystander = await connectClient(program.url, TOKENS.bob);
  const receives = async (change: number): Promise<void> => {
    await expect.poll(() => redis.publish('extra', STATUS), { timeout: SLACK_MS, interval: 200 }).toBe(1);
    for (const one of [client, bystander]) expect(await one.next(`extra-${change}`)).toEqual([STATUS]);
  };
  /** Published until the event of this change comes: the route is there already under its old event. */
  const changes = async (change: number): Promise<void> => {
    const isHeard = async (): Promise<boolean> => {
      await redis.publish('extra', STATUS);
      return client.received.some(({ event }) => event === `extra-${change}`);
    };
    await expect.poll(isHeard, { timeout: SLACK_MS, interval: 200 }).toBe(true);
    expect(await bystander.next(`extra-${change}`)).toEqual([STATUS]);
  };
  return { root, program, receives, changes };
}

async function plainTree(root: string): Promise<string> {
  await writeTree(join(root, 'live'), 0);
  return join(root, 'live/config/routes.yaml');
}

test.each(Object.entries(WAYS))(
  'three changes are taken over: %s',
  async (_, replace) => {
    const { root, program, receives, changes } = await stage(plainTree);
    await receives(0);
    for (const change of [1, 2, 3]) {
      const next = join(root, `next-${change}`);
      await writeTree(next, change);
      await replace({ root, next, change });
      await changes(change);
    }
    expect((await program.get('/health')).status).toBe(200);
  },
  4 * SLACK_MS,
);

test('three changes are taken over: a symlink above the folders is swapped', async () => {
  const { root, program, receives, changes } = await stage(async (at) => {
    await writeTree(join(at, 'release-0'), 0);
    await symlink('release-0', join(at, 'current'));
    return join(at, 'current/config/routes.yaml');
  });
  await receives(0);
  for (const change of [1, 2, 3]) {
    await writeTree(join(root, `release-${change}`), change);
    await symlink(`release-${change}`, join(root, 'swap'));
    await rename(join(root, 'swap'), join(root, 'current'));
    await changes(change);
  }
  expect(program.output()).not.toContain(root);
}, 240_000);

test('what is edited behind a link, where no watch is, is seen all the same', async () => {
  const { root, program, receives, changes } = await stage(async (at) => {
    await writeTree(join(at, 'live'), 0);
    await mkdir(join(at, 'live/elsewhere'));
    await rename(join(at, 'live/config/routes.yaml'), join(at, 'live/elsewhere/routes.yaml'));
    await symlink('../elsewhere/routes.yaml', join(at, 'live/config/routes.yaml'));
    return join(at, 'live/config/routes.yaml');
  });
  await receives(0);
  for (const change of [1, 2, 3]) {
    await writeTree(join(root, 'next'), change);
    await cp(join(root, 'next/config/routes.yaml'), join(root, 'live/elsewhere/routes.yaml'));
    await changes(change);
  }
  expect((await program.get('/health')).status).toBe(200);
}, 240_000);

test('SIGHUP watches again, and the log says when a watch was lost and found', async () => {
  const { root, program, changes } = await stage(plainTree);
  await rename(join(root, 'live/config'), join(root, 'away'));
  expect(await program.logged('a watched folder was removed or replaced')).toMatchObject({ folder: 'config' });
  await program.logged('routes not reloaded: the previous routes stay in force');
  await writeTree(join(root, 'live'), 1);
  program.signal('SIGHUP');
  expect(await program.logged('the folder exists again and is watched')).toMatchObject({ folder: 'config' });
  await changes(1);
  await writeTree(join(root, 'live'), 2);
  await changes(2);
}, 240_000);
