import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const SOURCE = fileURLToPath(new URL('../../examples/go-publisher', import.meta.url));
// Where Go's own installer puts it; it is often not on the PATH.
const PATH = `${process.env['PATH']}:/usr/local/go/bin`;
// Tests ask no outside host: not for modules, and not for another Go.
const OFFLINE = {
  ...process.env,
  PATH,
  GOPROXY: 'off',
  GOTOOLCHAIN: 'local',
  GOFLAGS: '-mod=readonly -buildvcs=false',
};

/** The project needs Node only, so Go and the modules of this one example may be missing everywhere, CI included. */
function whyNotHere(): string | undefined {
  const { error, status, stderr } = spawnSync('go', ['list', '-deps', '.'], {
    cwd: SOURCE,
    env: OFFLINE,
    encoding: 'utf8',
  });
  if (error) return 'go is not installed';
  return status === 0
    ? undefined
    : `go cannot build examples/go-publisher without a download: ${stderr.trim().split('\n').at(-1)}`;
}

const reason = whyNotHere();
if (reason !== undefined) process.stderr.write(`${reason}: test/examples/go-publisher.test.ts is left out.\n`);

const folder = mkdtempSync(join(tmpdir(), 'go-publisher-'));
const program = join(folder, 'go-publisher');
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  if (reason !== undefined) return;
  const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: SOURCE,
    env: OFFLINE,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`go build failed: ${stderr}`);
  // A first build compiles the standard library too.
}, 180_000);

async function stage() {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address });
  await untilReady(gateway);
  const alice = await connectClient(gateway.url, TOKENS.alice);
  const bob = await connectClient(gateway.url, TOKENS.bob);
  const subscriber = new Redis(redis.url);
  onTestFinished(() => subscriber.disconnect());
  await subscriber.subscribe('user-status');
  const publish = (...flags: string[]) => spawnSync(program, ['-redis', redis.url, ...flags], { encoding: 'utf8' });
  return { alice, bob, subscriber, publish };
}

const TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const STATUS = { user_id: 7, last_seen: TIME, status: 'online' };

test.skipIf(reason)('the Go publisher sends all three messages, and each reaches its users', async () => {
  const { alice, bob, publish } = await stage();

  const { stdout } = publish('-user', '7');

  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'user-status: published, subscribers: 2',
    'feature-status: published, subscribers: 1',
    'notifications: published, subscribers: 1',
  ]);
  expect(await alice.next('user-status-changed')).toEqual([STATUS]);
  expect(await alice.next('feature-status-changed')).toEqual([{ feature_id: 1001, new_owner_id: 7, timestamp: TIME }]);
  expect(await alice.next('notification-received')).toEqual([
    {
      id: expect.stringMatching(/^sample-/),
      user_id: 7,
      type: 'sellFeature',
      title: 'Your feature was sold',
      message: 'Feature 1001 has a new owner.',
      data: { 'related-to': 'transactions', feature_id: '1001' },
      created_at: TIME,
    },
  ]);
  await hearsNothingBefore(bob);
  expect(bob.received.filter(({ event }) => event !== 'pong')).toEqual([
    { event: 'user-status-changed', args: [STATUS] },
  ]);
});

test.skipIf(reason)('the Go publisher hands on a trace, which clients do not see', async () => {
  const { alice, subscriber, publish } = await stage();
  const published = once(subscriber, 'message');

  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  publish('-user', '7', '-channel', 'user-status', '-traceparent', traceparent);

  const [, raw] = await published;
  expect(JSON.parse(String(raw))).toEqual({ traceparent, ...STATUS });
  expect(await alice.next('user-status-changed')).toEqual([STATUS]);
});

test.skipIf(reason)('the Go publisher says what is wrong with its command line', () => {
  const { status, stderr } = spawnSync(program, ['-channel', 'user-statsu'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain(
    'unknown channel "user-statsu"; there are [user-status feature-status notifications] and all',
  );
});
