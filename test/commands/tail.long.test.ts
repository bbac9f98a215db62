import { describe, expect, test } from 'vitest';
import { runCommand } from '../contract/run-command.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { freePort } from '../support/ports.ts';
import { startPrefixProxy } from '../support/prefix-proxy.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

const STATUS = { user_id: 8, status: 'online' };
const NOTE = { id: 1, user_id: 7, type: 'login', title: 'Hello\u001b[31m', message: '' };

async function startAll(more: Record<string, string> = {}): Promise<{ redis: RedisServer; gateway: Program }> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await runProgram({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ...more });
  await gateway.logged('subscribed to Redis');
  return { redis, gateway };
}

async function tail(url: string, token: string | undefined, ...args: string[]): Promise<Program> {
  const environment = token === undefined ? {} : { GATEWAY_TOKEN: token };
  return runProgram(environment, ['tail', '--url', url, ...args]);
}

async function assertSays(program: Program, words: string | RegExp, times = 1): Promise<void> {
  const pattern = new RegExp(words, 'g');
  await expect.poll(() => program.output().match(pattern)?.length ?? 0, { timeout: 15_000 }).toBe(times);
}

describe('gateway tail', () => {
  test('prints a line for each event that its user hears, and ends with 0 on Ctrl-C', async () => {
    const { redis, gateway } = await startAll();
    const mine = await tail(gateway.url, TOKENS.alice);
    await assertSays(mine, `connected to ${gateway.url} as user 7\n`);

    await redis.publish('notifications', { ...NOTE, user_id: 8 });
    await redis.publish('notifications', NOTE);
    await redis.publish('user-status', STATUS);

    await assertSays(mine, /\d\d:\d\d:\d\d\.\d{3} {2}user-status-changed {2}\{"user_id":8,"status":"online"\}\n/);
    expect(mine.output()).toContain(
      'notification-received  {"id":1,"user_id":7,"type":"login","title":"Hello\\u001b[31m"',
    );
    expect(mine.output().trimEnd().split('\n')).toHaveLength(3);
    mine.signal('SIGINT');
    expect(await mine.ended).toBe(0);
  });

  test(
    'connects behind a proxy that takes a prefix away, at the path of SOCKET_PATH or of the option',
    { timeout: 60_000 },
    async () => {
      const { gateway } = await startAll({ SOCKET_PATH: '/ws/socket.io' });
      const url = await startPrefixProxy('/rt', Number(new URL(gateway.url).port));
      const byOption = await tail(`${url}/rt/`, TOKENS.alice, '--socket-path', 'ws/socket.io');
      await assertSays(byOption, `connected to ${url}/rt as user 7\n`);
      const whole = await tail(`${url}/rt/ws/socket.io/`, TOKENS.alice, '--socket-path', '/ws/socket.io/');
      await assertSays(whole, 'connected to ');
      const environment = { GATEWAY_TOKEN: TOKENS.alice, SOCKET_PATH: '/ws/socket.io/' };
      await assertSays(await runProgram(environment, ['tail', '--url', `${url}/rt`]), 'connected to ');
    },
  );

  test('at the wrong path says so, with the option to use', async () => {
    const { gateway } = await startAll({ SOCKET_PATH: '/ws/socket.io' });
    const lost = await tail(gateway.url, TOKENS.alice);
    await assertSays(lost, 'Unexpected server response: 404: is Socket.IO at another path there\\? See --socket-path');
    const wrong = await tail(gateway.url, TOKENS.alice, '--socket-path', '/a?b');
    expect(await wrong.ended).toBe(64);
    expect(wrong.output()).toContain('Allowed is a path such as /socket.io/');
  });

  test('--event lets those events through only, and --json prints each as a document', async () => {
    const { redis, gateway } = await startAll();
    const some = await tail(gateway.url, TOKENS.alice, '--json', '--event', 'notification-received', '--event', 'x');
    await assertSays(some, 'connected to ');
    await redis.publish('user-status', STATUS);
    await redis.publish('notifications', NOTE);

    await assertSays(some, '"event"');
    const line: unknown = JSON.parse(some.output().trimEnd().split('\n').at(-1) ?? '');
    expect(line).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      event: 'notification-received',
      payload: NOTE,
    });
  });

  test('connects again by itself when the gateway comes back', async () => {
    const [redis, auth, port] = await Promise.all([startRedis(), startAuth(), freePort()]);
    const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, PORT: String(port) };
    const url = `http://127.0.0.1:${port}`;
    const patient = await tail(url, TOKENS.alice);
    await assertSays(patient, `no connection to ${url}: .*ECONNREFUSED.*; trying again\n`);

    const first = await runProgram(environment);
    await assertSays(patient, 'connected to .* as user 7\n');
    first.signal('SIGTERM');
    await first.ended;
    await assertSays(patient, 'transport close; trying again\n');

    const second = await runProgram(environment);
    await second.logged('subscribed to Redis');
    await assertSays(patient, 'connected to .* as user 7\n', 2);
    await redis.publish('user-status', STATUS);
    await assertSays(patient, 'user-status-changed  ');
  }, 60_000);

  test.each([
    ['a wrong token', 'wrong', 'unauthorized: the token is invalid or has expired'],
    ['no token', undefined, 'unauthorized: no token was sent'],
    ['an empty token', '', 'unauthorized: no token was sent'],
  ])('with %s it is refused for good: it says why and ends with 1', async (_, token, words) => {
    const { gateway } = await startAll();
    const refused = await tail(gateway.url, token);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(`${gateway.url} refused: ${words}`);
    expect(refused.output().includes('give a token with --token, or in GATEWAY_TOKEN')).toBe(token !== 'wrong');
  });

  test('without a token it hears what anonymous clients hear, where they may connect', async () => {
    const { gateway } = await startAll({ AUTH_MODE: 'optional' });
    await assertSays(await tail(gateway.url, undefined), 'as an anonymous client\n');
  });

  test('--token goes before the variable', async () => {
    const { gateway } = await startAll();
    await assertSays(await tail(gateway.url, TOKENS.alice, '--token', TOKENS.bob), 'as user 8\n');
  });

  test('--user makes sure whose events they are', async () => {
    const { redis, gateway } = await startAll({ AUTH_MODE: 'optional' });
    for (const [token, user, words] of [
      [TOKENS.alice, '7', 'as user 7\n'],
      [TOKENS.big, '9007199254740993', 'as user 9007199254740993\n'],
      [undefined, 'anonymous', 'as an anonymous client\n'],
    ] as const) {
      const mine = await tail(gateway.url, token, '--user', user);
      await assertSays(mine, words);
      mine.signal('SIGINT');
      expect(await mine.ended).toBe(0);
    }
    for (const [token, user, words] of [
      [TOKENS.bob, '7', 'as user 8, and --user is 7: '],
      [undefined, '7', 'as an anonymous client, and --user is 7: '],
      [TOKENS.bob, 'anonymous', 'as user 8, and --user is anonymous: '],
    ] as const) {
      const another = await tail(gateway.url, token, '--user', user);
      await redis.publish('user-status', STATUS);
      expect(await another.ended).toBe(1);
      expect(another.output()).toMatch(
        new RegExp(`^connected to ${gateway.url} ${words}a client receives only events of the user of its token\n$`),
      );
    }
    expect(runCommand(['tail', '--user', '7 8'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('Allowed is anonymous, or a user id: '),
    });
  });

  test.each(['localhost:3000', 'ws://localhost:3000', 'http://localhost:3000/?x', 'http://user:canary@localhost'])(
    '%s is no URL of a gateway',
    (url) => {
      const { code, err } = runCommand(['tail', '--url', url]);
      expect(code).toBe(64);
      expect(err).toContain('Allowed is http://host:port');
    },
  );
});
