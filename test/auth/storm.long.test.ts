import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClient } from '../support/client.ts';
import { SLACK_MS } from '../support/slack.ts';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { createCrowd, startCrowdService, tokenOf, type CrowdClient, type CrowdService } from './client-crowd.ts';

async function stage(delay: number): Promise<SocketStage & { service: CrowdService }> {
  const service = await startCrowdService({ delay });
  return {
    ...(await stageSockets({
      AUTH_SERVICE_ADDR: service.address,
      MAX_CONNECTIONS_PER_USER: '0',
      TRUST_PROXY: 'loopback',
    })),
    service,
  };
}

const askedFor = ({ asked }: CrowdService): string[] => asked.filter((token) => token.startsWith('crowd'));
const unauthorized = (crowd: readonly CrowdClient[]): string[] =>
  crowd.flatMap(({ errors }) => errors.filter((error) => /unauthorized/.test(error)));

describe('a storm of clients', { timeout: 120_000 }, () => {
  test('with one token causes one call, and another one when it reconnects', async () => {
    const { gateway, service, allIsWell } = await stage(200);
    const crowd = createCrowd(gateway.url, 200, () => tokenOf(1));
    await Promise.all(crowd.map(({ entered }) => entered()));
    for (const { socket } of crowd) socket.io.engine.close();
    await Promise.all(crowd.map(({ entered }) => entered()));

    expect(askedFor(service)).toEqual([tokenOf(1)]);
    const answered = (source: string): Promise<number> =>
      gateway.metric(`gateway_auth_answers_total{source="${source}"}`);
    expect((await answered('shared')) + (await answered('cache'))).toBe(399);
    await allIsWell();
  });

  test('causes 64 simultaneous calls at most', async () => {
    const { gateway, service, allIsWell } = await stage(100);
    const crowd = createCrowd(gateway.url, 300);
    await Promise.all(crowd.map(({ entered }) => entered()));
    expect(service.most()).toBeLessThanOrEqual(64);
    expect(askedFor(service).toSorted()).toEqual(crowd.map((_, n) => tokenOf(n)).toSorted());
    expect(await gateway.metric('gateway_auth_calls_under_way')).toBe(0);
    await allIsWell();
  });

  test('that is too much for a slow service is admitted step by step, and no client is refused permanently', async () => {
    // 64 every 1.5 s: two in three wait for too long, and reconnect.
    const { gateway, service, allIsWell } = await stage(1500);
    const crowd = createCrowd(gateway.url, 300);
    await Promise.all(crowd.map(({ entered }) => entered()));
    expect(unauthorized(crowd)).toEqual([]);
    expect(service.most()).toBeLessThanOrEqual(64);
    expect(await gateway.metric('websocket_connections_failed_total{rejection="auth-busy"}')).toBeGreaterThan(0);
    expect(await gateway.metric('gateway_auth_calls_waiting')).toBe(0);
    await allIsWell();
  });

  test('while the service is down: no client is admitted, none receives "unauthorized", and all return with it', async () => {
    const { gateway, service, allIsWell } = await stage(0);
    const crowd = createCrowd(gateway.url, 300);
    await Promise.all(crowd.map(({ entered }) => entered()));
    const opened = 'websocket_connections_opened_total{identity="user"}';
    const before = await gateway.metric(opened);

    service.stop();
    // Another client finds the outage; cached answers admit no client from then on.
    createClient(gateway.url, { auth: { token: 'unknown' }, reconnection: false });
    const failed = 'gateway_auth_calls_total{answer="unavailable"}';
    await vi.waitFor(async () => expect(await gateway.metric(failed)).toBeGreaterThan(0), { timeout: 10_000 });
    for (const { socket } of crowd) socket.io.engine.close();

    const refused = 'websocket_connections_failed_total{rejection="auth-unavailable"}';
    await vi.waitFor(async () => expect(await gateway.metric(refused)).toBeGreaterThan(600), { timeout: 60_000 });
    await allIsWell();
    expect(await gateway.metric(opened)).toBe(before);
    expect(crowd.filter(({ socket }) => !socket.active)).toEqual([]);
    // A few to be sure, and then one after each pause.
    expect(await gateway.metric(failed)).toBeLessThan(20);

    const back = await startCrowdService({ address: service.address, finished: onTestFinished });
    const backAt = performance.now();
    await Promise.all(crowd.map(({ entered }) => entered()));
    expect(performance.now() - backAt).toBeLessThan(13_000 + SLACK_MS);
    expect(unauthorized(crowd)).toEqual([]);
    expect(askedFor(back).length).toBeGreaterThan(0);
    await allIsWell();
  });
});
