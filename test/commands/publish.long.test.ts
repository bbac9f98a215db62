import { Redis } from 'ioredis';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { plant } from '../config/tree.ts';
import { awaitCommand, runCommand } from '../contract/run-command.ts';
import { metaOf, stageDurable } from '../durable/stage.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { freePort } from '../support/ports.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const EXAMPLE = { user_id: 7, last_seen: '2026-11-22T10:30:00Z', status: 'online' };
const HALF = '{"user_id":7}';

/** What a subscriber at this Redis has received. */
async function listenAt(url: string, channel: string): Promise<string[]> {
  const received: string[] = [];
  const redis = new Redis(url);
  onTestFinished(() => redis.disconnect());
  redis.on('message', (_, message: string) => received.push(message));
  await redis.subscribe(channel);
  return received;
}

/** Once this one has come, all that was published before has come too. */
async function afterLast(received: string[], publish: (message: string) => Promise<unknown>): Promise<string[]> {
  await publish('last');
  await expect.poll(() => received.at(-1)).toBe('last');
  return received.slice(0, -1);
}

describe('gateway publish', () => {
  test("publishes the schema's first example, and tells how many gateways received it", async () => {
    const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
    const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address };
    const gateways = await Promise.all([runProgram(environment), runProgram(environment)]);
    await Promise.all(gateways.map((gateway) => gateway.logged('subscribed to Redis')));
    const client = await connectClient(gateways[0].url, TOKENS.alice);

    const published = await runProgram(environment, ['publish', 'user-status']);

    expect(await published.ended).toBe(0);
    expect(published.output()).toBe(`published to user-status: ${JSON.stringify(EXAMPLE)}\n2 instances received it\n`);
    expect(await client.next('user-status-changed')).toEqual([EXAMPLE]);
  });

  test('says that no instance received it, which is no failure', async () => {
    const redis = await startRedis();
    const { code, out } = runCommand(['publish', 'user-status'], '', { REDIS_URL: redis.url });
    expect(code).toBe(0);
    expect(out).toContain('no instance received it: ');
  });

  test('publishes what would be dropped only when forced, and says why it would be', async () => {
    const redis = await startRedis();
    const received = await listenAt(redis.url, 'user-status');
    const environment = { REDIS_URL: redis.url };

    const refused = runCommand(['publish', 'user-status', '-'], HALF, environment);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(
      /^not published: route "user-status" drops it because it breaks the schema: .*required/,
    );
    expect(await afterLast(received, (message) => redis.publish('user-status', message))).toEqual([]);

    received.length = 0;
    const forced = runCommand(['publish', 'user-status', '-', '--force'], HALF, environment);
    expect(forced.code).toBe(0);
    expect(forced.out).toContain('\n1 instance received it\n');
    expect(forced.err).toContain('published all the same: route "user-status" drops it');
    expect(await afterLast(received, (message) => redis.publish('user-status', message))).toEqual([HALF]);
  });

  test('publishes a file as it is, but for the line end that editors add', async () => {
    const redis = await startRedis();
    const received = await listenAt(redis.url, 'user-status');
    const message = '{ "user_id": "9007199254740993",\n  "status": "on\\u00e9line" }';
    const file = join(plant({ 'a.json': `${message}\n` }), 'a.json');
    expect(runCommand(['publish', 'user-status', file], '', { REDIS_URL: redis.url }).code).toBe(0);
    await expect.poll(() => received).toEqual([message]);
  });

  test.each(['{ "user_id": 7,  "status": "online" }', ' \n{"user_id":7,"status":"online"}\n'])(
    'publishes the JSON text %j to the letter',
    async (message) => {
      const redis = await startRedis();
      const received = await listenAt(redis.url, 'user-status');
      const ended = runCommand(['publish', 'user-status', message], '', { REDIS_URL: redis.url });
      expect(ended).toMatchObject({ code: 0, err: '' });
      await expect.poll(() => received).toEqual([message]);
    },
  );

  test.each([
    ['[1]', 'a list is no message'],
    ['{"user_id":', 'it is not JSON'],
  ])('takes %s for a message, not for a file, and does not publish it: %s', async (message) => {
    const redis = await startRedis();
    const received = await listenAt(redis.url, 'user-status');
    const ended = runCommand(['publish', 'user-status', message], '', { REDIS_URL: redis.url });
    expect(ended).toMatchObject({
      code: 1,
      err: expect.stringContaining('not published: route "user-status" drops it'),
    });
    expect(await afterLast(received, (last) => redis.publish('user-status', last))).toEqual([]);
  });

  test('publishes a file whose name begins as JSON does, named with its folder', async () => {
    const redis = await startRedis();
    const received = await listenAt(redis.url, 'user-status');
    const message = JSON.stringify(EXAMPLE);
    const file = join(plant({ '[a].json': message }), '[a].json');
    expect(runCommand(['publish', 'user-status', file], '', { REDIS_URL: redis.url }).code).toBe(0);
    await expect.poll(() => received).toEqual([message]);
  });

  test('publishes the example that is asked for', async () => {
    const redis = await startRedis();
    const { code, out } = runCommand(['publish', 'user-status', '--example', '2'], '', { REDIS_URL: redis.url });
    expect(code).toBe(0);
    expect(out).toContain('"9007199254740993"');
  });

  test('with --json prints one document, whether it was published or not', async () => {
    const redis = await startRedis();
    const environment = { REDIS_URL: redis.url };
    const published = runCommand(['publish', 'user-status', '--json'], '', environment);
    expect(JSON.parse(published.out)).toEqual({
      published: true,
      channel: 'user-status',
      message: JSON.stringify(EXAMPLE),
      receivers: 0,
      drops: [],
    });
    const refused = runCommand(['publish', 'user-status', '-', '--json'], HALF, environment);
    expect(refused).toMatchObject({ code: 1, err: '' });
    const drop = expect.stringContaining('route "user-status" drops it because it breaks the schema');
    expect(JSON.parse(refused.out)).toEqual({ published: false, channel: 'user-status', reasons: [drop] });
    const forced = runCommand(['publish', 'user-status', '-', '--json', '--force'], HALF, environment);
    expect(forced).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(forced.out)).toMatchObject({ published: true, message: HALF, drops: [drop] });
  });

  test.each([
    [
      'a channel that no route names',
      ['user-statu'],
      1,
      'no route names the channel "user-statu". Did you mean "user-status"?',
    ],
    ['such a channel with a payload', ['user-statu', '-'], 1, 'Did you mean "user-status"?'],
    ['an example that is not there', ['user-status', '--example', '3'], 1, 'the schemas of "user-status" have only 2'],
    ['example 0', ['user-status', '--example', '0'], 64, 'counted from 1'],
    ['an example beside a payload', ['user-status', '-', '--example', '1'], 64, 'not both'],
    ['a payload file that is not there', ['user-status', 'none.json'], 64, 'the message cannot be read'],
    ['a routes file that is not there', ['user-status', '--file', 'none.yaml'], 78, 'none.yaml  error'],
  ])('%s is told, and nothing is published', async (_, args, code, words) => {
    const port = await freePort();
    const ended = runCommand(['publish', ...args], '{}', { REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(ended).toMatchObject({ code, out: '' });
    expect(ended.err).toContain(words);
    // It would have tried to connect.
    expect(ended.err).not.toContain('ECONNREFUSED');
  });
});

describe('gateway publish to a stream', () => {
  test('adds an entry with a new id, which comes to its user, and publishes nothing', async () => {
    const stage = await stageDurable('source: { field: body, id: event, dedupe: 10 }');
    const { url } = await stage.gateway();
    const received = await listenAt(stage.redis.url, 'news');
    const [alice, plain] = [stage.client(url, {}), stage.client(url)];
    await Promise.all([alice.next('gateway:position'), plain.next('connected')]);

    for (const n of [1, 2]) {
      const message = `{"to":7,"n":${n}}`;
      const { code, out, err } = await awaitCommand(['publish', 'news', '-'], message, stage.environment);
      expect([code, err]).toEqual([0, '']);
      const entryId = /^added to the stream news as (\d+-\d+): (.*)\n$/.exec(out)?.[1];
      expect(out.endsWith(`: ${message}\n`)).toBe(true);
      const [payload, meta] = await alice.next('news');
      expect(payload).toEqual({ to: 7, n });
      expect(await plain.next('news')).toEqual([{ to: 7, n }]);
      expect(metaOf(meta).id.replaceAll(/(^|-)0+(?=\d)/g, '$1')).toBe(entryId);
    }
    const entries = await stage.commands.xrange('news', '-', '+');
    const uuid = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(entries.map(([, fields]) => fields)).toEqual(
      [1, 2].map((n) => ['event', uuid, 'body', `{"to":7,"n":${n}}`]),
    );
    expect(new Set(entries.map(([, fields]) => fields[1])).size).toBe(2);
    expect(await afterLast(received, (message) => stage.redis.publish('news', message))).toEqual([]);
  });

  test('adds what would be dropped only when forced, and tells the entry with --json', async () => {
    const stage = await stageDurable();
    const environment = { REDIS_URL: stage.redis.url, ROUTES_FILE: stage.file };
    const refused = runCommand(['publish', 'news', '-'], '{"to":7}', environment);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('route "news" drops it because it breaks the schema');
    expect(await stage.commands.exists('news')).toBe(0);

    const forced = runCommand(['publish', 'news', '-', '--force', '--json'], '{"to":7}', environment);
    expect(forced).toMatchObject({ code: 0, err: '' });
    const [entry] = await stage.commands.xrange('news', '-', '+');
    expect(JSON.parse(forced.out)).toEqual({
      published: true,
      channel: 'news',
      message: '{"to":7}',
      entryId: entry?.[0],
      drops: [expect.stringContaining('breaks the schema')],
    });
  });

  test('whose name something else has is told', async () => {
    const stage = await stageDurable();
    await stage.commands.set('news', 'text');
    const ended = runCommand(['publish', 'news', '-'], '{"to":7,"n":1}', {
      REDIS_URL: stage.redis.url,
      ROUTES_FILE: stage.file,
    });
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain('WRONGTYPE');
  });
});

describe('a Redis that does not take it', () => {
  test('is told by its address and reason', async () => {
    const port = await freePort();
    const ended = runCommand(['publish', 'user-status'], '', { REDIS_URL: `redis://:canary@127.0.0.1:${port}` });
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain(`not published: Redis at 127.0.0.1:${port}: `);
    expect(ended.err).toContain('ECONNREFUSED');
    expect(ended.err).not.toContain('canary');
  });

  test('because of a wrong password is told without the password', async () => {
    const port = await freePort();
    await startRedis({ port, args: ['--requirepass', 'right'] });
    const ended = runCommand(['publish', 'user-status'], '', { REDIS_URL: `redis://:canary@127.0.0.1:${port}` });
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(/WRONGPASS|invalid password/);
    expect(ended.err).not.toContain('canary');
  });

  test('because it hangs is given up within 5 s', async () => {
    const redis = await startRedis();
    redis.hang();
    const ended = runCommand(['publish', 'user-status'], '', { REDIS_URL: redis.url });
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain(`Redis at 127.0.0.1:${redis.port}: no answer`);
  });

  test('because REDIS_URL is malformed is told without its value', () => {
    const ended = runCommand(['publish', 'user-status'], '', { REDIS_URL: 'http://:canary@x' });
    expect(ended).toMatchObject({ code: 78, out: '' });
    expect(ended.err).toContain('REDIS_URL is a value that is not shown');
  });
});
