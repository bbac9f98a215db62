import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const PASSWORD = 'canary@pass:word/%#?';
const STATUS = { user_id: 7, status: 'online' };

/** A Redis with a password, and a connection of its administrator. */
async function lockedRedis(): Promise<{ admin: Redis; host: string }> {
  const port = await freePort();
  await startRedis({ port, args: ['--requirepass', PASSWORD] });
  const admin = new Redis({ port, host: '127.0.0.1', password: PASSWORD });
  onTestFinished(() => admin.disconnect());
  return { admin, host: `127.0.0.1:${port}` };
}

describe('a Redis with a password', () => {
  test('accepts a password with every special character, percent-encoded', async () => {
    const [{ admin, host }, auth] = await Promise.all([lockedRedis(), startAuth()]);
    const program = await runProgram({
      REDIS_URL: `redis://:${encodeURIComponent(PASSWORD)}@${host}/2`,
      AUTH_SERVICE_ADDR: auth.address,
    });
    await program.logged('subscribed to Redis');
    const client = await connectClient(program.url, TOKENS.alice);
    await admin.publish('user-status', JSON.stringify(STATUS));
    expect(await client.next('user-status-changed')).toEqual([STATUS]);
    expect(program.output()).not.toContain('canary');
  });

  test('refuses a wrong password: the gateway reports why, stays not ready, and never logs the password', async () => {
    const { host } = await lockedRedis();
    const program = await runProgram({ REDIS_URL: `redis://:canary-wrong@${host}` });
    const line = await program.logged('Redis cannot be reached; retrying');
    expect(line['reason']).toMatch(/WRONGPASS/);
    await program.logged('gateway started');
    expect((await program.get('/health/ready')).status).toBe(503);
    expect(program.output()).not.toContain('canary');
  });

  test('refuses to subscribe: the gateway reports it, and receives as soon as it is allowed', async () => {
    const [{ admin, host }, auth] = await Promise.all([lockedRedis(), startAuth()]);
    await admin.call(
      'ACL',
      'SETUSER',
      'gateway',
      'on',
      '>secret',
      '+ping',
      '+info',
      '+subscribe',
      '+unsubscribe',
      'resetchannels',
    );
    const program = await runProgram({ REDIS_URL: `redis://gateway:secret@${host}`, AUTH_SERVICE_ADDR: auth.address });
    const line = await program.logged('Redis refused the subscription; retrying');
    expect(line['reason']).toMatch(/^127\.0\.0\.1:\d+: NOPERM/);
    expect(await program.get('/health')).toMatchObject({
      status: 503,
      body: { problems: ['redis: connected, but not all channels are subscribed'] },
    });

    await admin.call('ACL', 'SETUSER', 'gateway', 'allchannels');

    await program.logged('subscribed to Redis');
    await untilReady(program);
    const client = await connectClient(program.url, TOKENS.alice);
    await admin.publish('user-status', JSON.stringify(STATUS));
    expect(await client.next('user-status-changed')).toEqual([STATUS]);
  });
});
