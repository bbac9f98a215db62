import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

const STATUS = { user_id: 8, status: 'online' };
/** Longer than a test may take. */
const FOR_EVER = '300';

async function start(environment: Record<string, string>): Promise<{ program: Program; redis: RedisServer }> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const program = await runProgram({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ...environment });
  // Development logs for people, not as JSON.
  await expect.poll(program.output, { timeout: 15_000 }).toContain('subscribed to Redis');
  return { program, redis };
}

function connectMany(url: string, count: number): Promise<TestClient[]> {
  return Promise.all(Array.from({ length: count }, () => connectClient(url, TOKENS.alice, { reconnection: false })));
}

describe('after the first signal', { timeout: 60_000 }, () => {
  test('the gateway is not ready, and serves everybody as before until PRE_DRAIN is over', async () => {
    const { program, redis } = await start({ PRE_DRAIN: FOR_EVER });
    const early = await connectClient(program.url, TOKENS.alice);

    program.signal('SIGTERM');
    await program.logged('stopping');

    expect(await program.get('/health/ready')).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect(await program.get('/health/live')).toMatchObject({ status: 200 });
    expect(await program.metric('gateway_ready')).toBe(0);
    const late = await connectClient(program.url, TOKENS.bob, { transports: ['polling'] });
    await redis.publish('user-status', STATUS);
    for (const client of [early, late]) expect(await client.next('user-status-changed')).toEqual([STATUS]);
  });

  test('in development nothing is waited for', async () => {
    const { program } = await start({ NODE_ENV: 'development', PRE_DRAIN: FOR_EVER, DRAIN_FOR: FOR_EVER });
    await connectClient(program.url, TOKENS.alice);
    program.signal('SIGINT');
    expect(await program.ended).toBe(0);
  });

  test('without clients DRAIN_FOR is not waited for', async () => {
    const { program } = await start({ DRAIN_FOR: FOR_EVER });
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('at a second signal, %s, the gateway ends at once', async (signal, code) => {
  const { program } = await start({ PRE_DRAIN: FOR_EVER, DRAIN_FOR: FOR_EVER });
  program.signal('SIGTERM');
  await program.logged('stopping');
  program.signal(signal);
  expect(await program.ended).toBe(code);
  expect(program.output()).not.toContain('"stopped"');
});

describe('a drain', { timeout: 60_000 }, () => {
  test('closes one after the other; connections that are still open continue to receive', async () => {
    const { program, redis } = await start({
      DRAIN_FOR: '4',
      MAX_CONNECTIONS_PER_USER: '0',
      MAX_HANDSHAKES_PER_SECOND: '0',
    });
    const clients = await connectMany(program.url, 120);
    const closes = clients.map(async (client) => (await client.next('disconnect'), performance.now()));

    program.signal('SIGTERM');
    await Promise.race(closes);
    await redis.publish('user-status', STATUS);
    const times = await Promise.all(closes);

    const received = clients.filter((client) => client.received.some(({ event }) => event === 'user-status-changed'));
    expect(received.length).toBeGreaterThan(clients.length / 2);
    expect(received.length).toBeLessThan(clients.length);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(2000);
    expect(await program.ended).toBe(0);
  });

  test('notifies the clients that requested notices that they may reconnect immediately, and no other client', async () => {
    const { program } = await start({});
    const asked = await connectClient(program.url, TOKENS.alice, { auth: { token: TOKENS.alice, notices: true } });
    const other = await connectClient(program.url, TOKENS.bob);
    program.signal('SIGTERM');
    await Promise.all([asked.next('disconnect'), other.next('disconnect')]);
    expect(asked.received).toEqual([{ event: 'gateway:closing', args: [{ code: 'draining', retry: true, after: 0 }] }]);
    expect(other.received).toEqual([]);
  });
});
