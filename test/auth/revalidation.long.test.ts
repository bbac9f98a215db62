import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { createClient, hearsNothingBefore, type TestClient } from '../support/client.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { startRedis } from '../support/redis-server.ts';
import { startCrowdService, tokenOf, type CrowdService } from './client-crowd.ts';

const OUTCOME = (outcome: string): string => `gateway_auth_revalidations_total{outcome="${outcome}"}`;

interface Stage extends SocketStage {
  readonly service: CrowdService;
}

async function stage(environment: Record<string, string>): Promise<Stage> {
  const service = await startCrowdService();
  return { ...(await stageSockets({ AUTH_SERVICE_ADDR: service.address, ...environment })), service };
}

async function enter({ gateway }: SocketStage, n: number, options: object = {}): Promise<TestClient> {
  const client = createClient(gateway.url, { auth: { token: tokenOf(n) }, ...options });
  await client.next('connected');
  return client;
}

/** Asserts that a client stays connected and receives no error. */
async function isUndisturbed(client: TestClient): Promise<void> {
  await hearsNothingBefore(client);
  expect(client.socket.connected).toBe(true);
  expect(client.received.filter(({ event }) => event !== 'pong')).toEqual([]);
}

describe('a token that is no longer valid', { timeout: 60_000 }, () => {
  test('is found by revalidation; its connections are closed, and no others', async () => {
    const staged = await stage({ AUTH_REVALIDATE: '2' });
    const theirs = await Promise.all([
      enter(staged, 7),
      enter(staged, 7, { transports: ['polling'] }),
      enter(staged, 7, { auth: { token: tokenOf(7), notices: true } }),
    ]);
    const other = await enter(staged, 8, { auth: { token: tokenOf(8), notices: true } });
    staged.service.revoked.add(tokenOf(7));

    // A stock client reconnects by itself, and is refused in the handshake.
    for (const { next, socket } of theirs) {
      expect(await next('disconnect')).toEqual(['transport close']);
      expect(await next('connect_error')).toMatchObject([{ data: { code: 'token-invalid', retry: false } }]);
      expect(socket.active).toBe(false);
    }
    const closing = { event: 'gateway:closing', args: [{ code: 'token-invalid', retry: true, after: 0 }] };
    expect(theirs.map(({ received }) => received)).toEqual([[], [], [closing]]);
    expect(await staged.gateway.metric('websocket_closings_total{code="token-invalid"}')).toBe(3);

    await vi.waitFor(async () => expect(await staged.gateway.metric(OUTCOME('valid'))).toBeGreaterThan(3), {
      timeout: 20_000,
    });
    await isUndisturbed(other);
    await staged.allIsWell();
  });

  test('is replaced by a new one without any action', async () => {
    const staged = await stage({ AUTH_REVALIDATE: '1' });
    let token = tokenOf(7);
    const client = createClient(staged.gateway.url, { auth: (give: (auth: object) => void) => give({ token }) });
    await client.next('connected');
    token = tokenOf(9);
    staged.service.revoked.add(tokenOf(7));
    expect(await client.next('disconnect')).toEqual(['transport close']);
    expect(await client.next('connected')).toMatchObject([{ userId: 1009 }]);
  });

  test('is found after an outage of the auth service, which itself closes no connection', async () => {
    const staged = await stage({ AUTH_REVALIDATE: '1' });
    const [theirs, other] = await Promise.all([enter(staged, 7), enter(staged, 8)]);
    staged.service.stop();
    await vi.waitFor(async () => expect(await staged.gateway.metric(OUTCOME('unavailable'))).toBeGreaterThan(10), {
      timeout: 30_000,
    });
    for (const client of [theirs, other]) await isUndisturbed(client);
    await staged.allIsWell();

    const back = await startCrowdService({ address: staged.service.address, finished: onTestFinished });
    back.revoked.add(tokenOf(7));
    expect(await theirs.next('disconnect')).toEqual(['transport close']);
    await isUndisturbed(other);
    await staged.allIsWell();
  });
});

describe('after a gap', { timeout: 90_000 }, () => {
  test('all tokens are revalidated: a missed revocation is found', async () => {
    const redis = await startRedis();
    const link = await startTcpProxy(redis.port);
    const staged = await stage({ REDIS_URL: `redis://127.0.0.1:${link.port}`, AUTH_REVALIDATE: '3600' });
    const [theirs, other, away] = await Promise.all([enter(staged, 7), enter(staged, 8), enter(staged, 9)]);
    expect(staged.service.asked.filter((token) => token === tokenOf(7))).toHaveLength(1);

    link.reset();
    await vi.waitFor(async () => expect(await staged.gateway.metric('gateway_redis_up')).toBe(0), { timeout: 10_000 });
    // Published during the gap.
    for (const n of [7, 9]) {
      staged.service.revoked.add(tokenOf(n));
      await redis.publish('bans', { to: 1000 + n });
    }
    link.pass();
    await vi.waitFor(async () => expect(await staged.gateway.metric('gateway_redis_up')).toBe(1), { timeout: 20_000 });

    // The cache would admit it again.
    away.socket.io.engine.close();
    expect(await away.next('connect_error')).toMatchObject([{ data: { code: 'token-invalid' } }]);
    expect(await theirs.next('disconnect')).toEqual(['transport close']);
    await vi.waitFor(() => expect(staged.service.asked.filter((token) => token === tokenOf(8))).toHaveLength(2), {
      timeout: 40_000,
    });
    await isUndisturbed(other);
  });
});
