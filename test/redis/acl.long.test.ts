import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runGateway, type RunningGateway } from '../sockets/running-gateway.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { SLACK_MS } from '../support/slack.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { documentedRule } from './documented-rights.ts';

const PASSWORD = 'canary-password';
const STATUS = { user_id: 7, status: 'online' };

interface AclStage {
  readonly admin: Redis;
  readonly proxy: TcpProxy;
  readonly gateway: RunningGateway;
  /** Publishes a status, which a client receives. */
  delivers(): Promise<void>;
}

async function stage(...changes: string[]): Promise<AclStage> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const proxy = await startTcpProxy(redis.port);
  const admin = new Redis({ port: redis.port, host: '127.0.0.1' });
  onTestFinished(() => admin.disconnect());
  await admin.call('ACL', 'SETUSER', ...documentedRule(PASSWORD), ...changes);
  const url = `redis://gateway:${PASSWORD}@127.0.0.1:${proxy.port}`;
  const gateway = await runGateway({ REDIS_URL: url, AUTH_SERVICE_ADDR: auth.address }, onTestFinished);
  onTestFinished(() => expect(gateway.log()).not.toContain('canary'));
  const client = await connectClient(gateway.url, TOKENS.alice);
  return {
    admin,
    proxy,
    gateway,
    async delivers() {
      await admin.publish('user-status', JSON.stringify(STATUS));
      expect(await client.next('user-status-changed')).toEqual([STATUS]);
    },
  };
}

const PROBED = 'gateway_redis_probed';
const NO_PROBE = 'Redis delivery probes are inconclusive; a gap may stay undetected';
const DEGRADED = {
  status: 200,
  body: {
    status: 'degraded',
    problems: ['redis: delivery probes are inconclusive, so a gap may stay undetected; the log has the cause'],
  },
};

describe('the ACL rights of the gateway', { timeout: 60_000 }, () => {
  test('as documented are enough: Redis refuses nothing, and a lost connection is restored', async () => {
    const { admin, gateway, delivers } = await stage();
    await delivers();
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await gateway.logged('"messages may have been missed"');
    await delivers();
    expect(await gateway.metric(PROBED)).toBe(1);
    expect(await admin.call('ACL', 'LOG')).toEqual([]);
    expect(await gateway.get('/health')).toMatchObject({ body: { status: 'healthy', problems: [] } });
  });

  test('as documented allow it to publish probes and nothing else', async () => {
    const { admin, proxy } = await stage();
    const gateway = new Redis({ port: proxy.port, username: 'gateway', password: PASSWORD, enableReadyCheck: false });
    onTestFinished(() => gateway.disconnect());
    expect(await gateway.publish('gateway:probe:x', '')).toBe(0);
    await expect(gateway.publish('user-status', '{}')).rejects.toThrow('NOPERM');
    await expect(gateway.subscribe('other')).rejects.toThrow('NOPERM');
    await expect(gateway.get('key')).rejects.toThrow('NOPERM');
    await admin.call('ACL', 'LOG', 'RESET');
  });

  test.each([
    ['PUBLISH', ['clearselectors'], documentedRule(PASSWORD)],
    [
      "the probes' channel",
      ['resetchannels', '&user-status', '&feature-status', '&notifications', 'clearselectors'],
      documentedRule(PASSWORD),
    ],
  ])('without %s: it works and reports what is missing, until it is granted', async (_, changes, granted) => {
    const { admin, gateway, delivers } = await stage(...changes);
    await delivers();
    await gateway.logged(NO_PROBE);
    expect(await gateway.get('/health')).toMatchObject(DEGRADED);
    expect(await gateway.get('/health/ready')).toMatchObject({ status: 200 });
    expect(await gateway.metric(PROBED)).toBe(0);
    expect(gateway.log().split(NO_PROBE)).toHaveLength(2);
    expect(gateway.log()).toContain('NOPERM');

    await admin.call('ACL', 'SETUSER', ...granted);
    await gateway.logged('Redis delivery probes succeed again');
    expect(await gateway.get('/health')).toMatchObject({ status: 200, body: { status: 'healthy' } });
    await delivers();
  });

  test('without ROLE are enough to deliver and to probe', async () => {
    const { gateway, delivers } = await stage('-role');
    await delivers();
    expect(await gateway.metric(PROBED)).toBe(1);
  });

  test('removed as a whole: subscriptions stay, and the missing rights are reported', async () => {
    const { admin, gateway, delivers } = await stage();
    await admin.call('ACL', 'SETUSER', 'gateway', '-@all', 'clearselectors');
    await gateway.logged(NO_PROBE);
    await delivers();
    expect(await gateway.get('/health')).toMatchObject(DEGRADED);
  });

  test('end when its password changes; it retries once a second at most, and recovers when it may', async () => {
    const { admin, proxy, gateway, delivers } = await stage();
    await admin.call('ACL', 'SETUSER', 'gateway', 'resetpass', '>another');
    await admin.call('CLIENT', 'KILL', 'USER', 'gateway');
    await untilReady(gateway, 503);
    await gateway.logged('WRONGPASS');
    const before = proxy.accepted();
    // The time in which attempts are counted: pauses grow to two seconds.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(proxy.accepted() - before).toBeLessThanOrEqual(5);
    expect(gateway.log().split('WRONGPASS').length).toBeLessThanOrEqual(4);

    await admin.call('ACL', 'SETUSER', 'gateway', 'resetpass', `>${PASSWORD}`);
    const restored = Date.now();
    await untilReady(gateway);
    expect(Date.now() - restored).toBeLessThan(8000 + SLACK_MS);
    await delivers();
  });
});
