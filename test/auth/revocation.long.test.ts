import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isObject } from '../../src/schema/json.ts';
import { openDeaf } from '../sockets/deaf-client.ts';
import { runGateway, type RunningGateway } from '../sockets/running-gateway.ts';
import { ROUTES_FILE, stageSockets, type SocketStage } from '../sockets/stage.ts';
import { createClient, hearsNothingBefore, type TestClient } from '../support/client.ts';
import { SLACK_MS } from '../support/slack.ts';
import { startCrowdService, tokenOf, type CrowdService } from './client-crowd.ts';

const USER = 1007;
const TOKEN = tokenOf(7);

interface Stage extends SocketStage {
  readonly service: CrowdService;
  /** Two gateways, on one Redis. */
  readonly gateways: readonly [RunningGateway, RunningGateway];
  /** Revokes at the service, then publishes. */
  revoke(...users: number[]): Promise<void>;
}

async function stage(environment: Record<string, string> = {}, delay = 0): Promise<Stage> {
  const service = await startCrowdService({ delay });
  const settings = { AUTH_SERVICE_ADDR: service.address, ...environment };
  const first = await stageSockets(settings);
  const other = await runGateway({ REDIS_URL: first.redis.url, ROUTES_FILE, ...settings }, onTestFinished);
  return {
    ...first,
    service,
    gateways: [first.gateway, other],
    async revoke(...users) {
      for (const user of users) {
        service.revoked.add(tokenOf(user - 1000));
        expect(await first.redis.publish('bans', { to: user })).toBe(2);
      }
    },
  };
}

async function enter(gateway: RunningGateway, n: number, options: object = {}): Promise<TestClient> {
  const client = createClient(gateway.url, { auth: { token: tokenOf(n) }, ...options });
  await client.next('connected');
  return client;
}

describe('a message that revokes a user', { timeout: 40_000 }, () => {
  test('closes all connections of that user on all instances within two seconds, and no others', async () => {
    const { gateways, revoke, allIsWell } = await stage();
    const theirs = await Promise.all(
      gateways.flatMap((gateway) => [
        enter(gateway, 7),
        enter(gateway, 7, { transports: ['polling'] }),
        enter(gateway, 7, { auth: { token: TOKEN, notices: true } }),
      ]),
    );
    const others = await Promise.all(
      gateways.flatMap((gateway) => [
        enter(gateway, 8, { auth: { token: tokenOf(8), notices: true } }),
        enter(gateway, 70),
      ]),
    );

    const revokedAt = performance.now();
    await revoke(USER);
    for (const { next, socket } of theirs) {
      expect(await next('disconnect')).toEqual(['io server disconnect']);
      // A stock client does not reconnect after this refusal.
      expect(socket.active).toBe(false);
    }
    expect(performance.now() - revokedAt).toBeLessThan(2000 + SLACK_MS);

    const farewell = { event: 'farewell', args: [{ to: USER }] };
    const closing = { event: 'gateway:closing', args: [{ code: 'revoked', retry: false, after: 0 }] };
    expect(theirs.map(({ received }) => received)).toEqual(
      gateways.flatMap(() => [[farewell], [farewell], [farewell, closing]]),
    );
    for (const client of others) {
      await hearsNothingBefore(client);
      expect(client.received.filter(({ event }) => event !== 'pong')).toEqual([]);
      expect(client.socket.connected).toBe(true);
    }
    await allIsWell();
  });

  test('invalidates cached answers of that user: reconnects are refused, and other users come from the cache', async () => {
    const { gateway, service, revoke } = await stage();
    const [theirs, other] = await Promise.all([enter(gateway, 7), enter(gateway, 8)]);
    await revoke(USER);
    await theirs.next('disconnect');

    theirs.socket.connect();
    const [error] = await theirs.next('connect_error');
    expect(error).toMatchObject({ data: { code: 'token-invalid', retry: false } });
    other.socket.io.engine.close();
    await other.next('connected');
    expect(service.asked.filter((token) => token === TOKEN)).toHaveLength(2);
    expect(service.asked.filter((token) => token === tokenOf(8))).toHaveLength(1);
  });

  test('during a call to the auth service invalidates its answer', async () => {
    const { gateway, service, revoke, allIsWell } = await stage({}, 500);
    const client = createClient(gateway.url, { auth: { token: TOKEN } });
    await vi.waitFor(() => expect(service.asked).toContain(TOKEN), { timeout: 10_000 });
    // The answer under way says that the token is valid.
    await revoke(USER);
    const [error] = await client.next('connect_error');
    expect(error).toMatchObject({ data: { code: 'token-invalid' } });
    expect(client.received).toEqual([]);
    expect(service.asked.filter((token) => token === TOKEN)).toHaveLength(2);
    await allIsWell();
  });

  test('closes the connections of clients that do not read, too', async () => {
    const { gateway, redis, revoke, allIsWell } = await stage({ MAX_QUEUE_BYTES: '100000000', MAX_QUEUE_AGE: '60' });
    const openFiles = (): Promise<number> => gateway.metric('process_open_fds');
    const before = await openFiles();
    await Promise.all(Array.from({ length: 8 }, () => openDeaf(gateway.url, TOKEN)));
    // The kernel buffers megabytes first.
    while ((await gateway.metric('websocket_queued_bytes')) === 0)
      for (let i = 0; i < 50; i += 1) await redis.publish('notices', { to: USER, text: 'x'.repeat(60_000) });
    // Polling clients and readers of the metrics open and close some.
    expect(await openFiles()).toBeGreaterThan(before + 4);

    await revoke(USER);
    await vi.waitFor(async () => expect(await openFiles()).toBeLessThan(before + 4), { timeout: 10_000 });
    await allIsWell();
  });

  test('is counted: received = delivered + not here + dropped, on each instance', async () => {
    const { gateways, redis, revoke } = await stage({ LOG_LEVEL: 'info' });
    const [first, other] = gateways;
    const theirs = await Promise.all([enter(first, 7), enter(first, 7)]);
    await revoke(USER);
    await Promise.all(theirs.map(({ next }) => next('disconnect')));
    await redis.publish('bans', { to: '0' });
    await redis.publish('bans', {});

    const counts = async (gateway: RunningGateway): Promise<number[]> =>
      Promise.all(
        [
          'gateway_route_received_total{route="bans"}',
          'gateway_route_delivered_total{route="bans"}',
          'gateway_route_recipients_total{route="bans"}',
          'gateway_route_not_here_total{route="bans"}',
          'gateway_route_dropped_total{route="bans",reason="invalid"}',
          'websocket_closings_total{code="revoked"}',
        ].map((series) => gateway.metric(series)),
      );
    await vi.waitFor(async () => expect(await counts(first)).toEqual([3, 1, 2, 0, 2, 2]), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await counts(other)).toEqual([3, 0, 0, 1, 2, 0]), { timeout: 10_000 });
    const logged = first
      .log()
      .split('\n')
      .filter((line) => line.includes('connections closed'))
      .map((line): unknown => JSON.parse(line));
    expect(logged).toMatchObject([{ route: 'bans', channel: 'bans', connections: 2 }]);
    expect(logged.every((line) => isObject(line) && !JSON.stringify(line).includes(String(USER)))).toBe(true);
  });
});
