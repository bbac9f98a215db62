import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClient } from '../support/client.ts';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { createCrowd, startCrowdService, tokenOf, type Comer, type CrowdService } from './crowd.ts';

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
const unauthorized = (crowd: readonly Comer[]): string[] =>
  crowd.flatMap(({ errors }) => errors.filter((error) => /unauthorized/.test(error)));

describe('a storm of clients', { timeout: 120_000 }, () => {
  test('with one token costs one call, and so does its return', async () => {
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

  test('becomes 64 calls at once and no more', async () => {
    const { gateway, service, allIsWell } = await stage(100);
    const crowd = createCrowd(gateway.url, 300);
    await Promise.all(crowd.map(({ entered }) => entered()));
    expect(service.most()).toBeLessThanOrEqual(64);
    expect(askedFor(service).toSorted()).toEqual(crowd.map((_, n) => tokenOf(n)).toSorted());
    expect(await gateway.metric('gateway_auth_calls_under_way')).toBe(0);
    await allIsWell();
  });

  test('that is too much for a slow service is let in bit by bit, and nobody is turned away for good', async () => {
    // 64 every 1.5 s: two in three wait for longer than they may, and come again.
    const { gateway, service, allIsWell } = await stage(1500);
    const crowd = createCrowd(gateway.url, 300);
    await Promise.all(crowd.map(({ entered }) => entered()));
    expect(unauthorized(crowd)).toEqual([]);
    expect(service.most()).toBeLessThanOrEqual(64);
    expect(await gateway.metric('websocket_connections_failed_total{rejection="auth-busy"}')).toBeGreaterThan(0);
    expect(await gateway.metric('gateway_auth_calls_waiting')).toBe(0);
    await allIsWell();
  });

  test('while the service is down: nobody gets in, nobody is told "unauthorized", and all are back when it is', async () => {
    const { gateway, service, allIsWell } = await stage(0);
    const crowd = createCrowd(gateway.url, 300);
    await Promise.all(crowd.map(({ entered }) => entered()));
    const opened = 'websocket_connections_opened_total{identity="user"}';
    const before = await gateway.metric(opened);

    service.stop();
    // Somebody else finds out; what is remembered of the others lets nobody in from then on.
    createClient(gateway.url, { auth: { token: 'stranger' }, reconnection: false });
    const failed = 'gateway_auth_calls_total{answer="unavailable"}';
    await vi.waitFor(async () => expect(await gateway.metric(failed)).toBeGreaterThan(0), { timeout: 10_000 });
    for (const { socket } of crowd) socket.io.engine.close();

    const refused = 'websocket_connections_failed_total{rejection="auth-unavailable"}';
    await vi.waitFor(async () => expect(await gateway.metric(refused)).toBeGreaterThan(600), { timeout: 60_000 });
    await allIsWell();
    expect(await gateway.metric(opened)).toBe(before);
    expect(crowd.filter(({ socket }) => !socket.active)).toEqual([]);
    // Few to be sure, and then one after each pause.
    expect(await gateway.metric(failed)).toBeLessThan(20);

    const back = await startCrowdService({ address: service.address, finished: onTestFinished });
    const backAt = performance.now();
    await Promise.all(crowd.map(({ entered }) => entered()));
    expect(performance.now() - backAt).toBeLessThan(15_000);
    expect(unauthorized(crowd)).toEqual([]);
    expect(askedFor(back).length).toBeGreaterThan(0);
    await allIsWell();
  });
});
