import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { createClient, type TestClient } from '../support/client.ts';
import { knock } from '../sockets/raw-http.ts';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { startCrowdService, tokenOf, type CrowdService } from './client-crowd.ts';
import { startFaultyService, startSilentService, type Service } from './faulty-service.ts';

/** What may be at the address of the auth service instead of it; the gateway waits two seconds for an answer. */
const TROUBLES: readonly [what: string, start: (address: string) => Promise<Service>][] = [
  ['is down', async (address) => ({ address, stop: () => undefined })],
  ['accepts connections and sends nothing', (address) => startSilentService(onTestFinished, portOf(address))],
  ['accepts calls and never answers', (address) => startFaultyService(() => undefined, onTestFinished, address)],
  [
    'answers correctly, half a second too late',
    (address) =>
      startFaultyService(
        (_, reply) => void setTimeout(() => reply(null, { valid: true, user_id: USERS.alice }), 2500),
        onTestFinished,
        address,
      ),
  ],
];

describe('while the auth service', () => {
  test.each(TROUBLES)(
    '%s, no client is admitted and none is refused permanently; all clients return with the service',
    { timeout: 40_000 },
    async (_, start) => {
      const staged = await stage();
      const { gateway, service } = staged;
      service.stop();
      const trouble = await start(service.address);
      const clients = connectCrowd(gateway.url);

      await untilHandshakesAreRefused(staged);
      await staged.allIsWell();
      expect(await gateway.metric('websocket_connections_opened_total{identity="user"}')).toBe(2);
      for (const { socket } of clients) expect(socket.active).toBe(true);

      trouble.stop();
      await startCrowdService({ address: service.address });
      await allAreAdmitted(clients);
      for (const { errors } of clients) expect(errors.filter((error) => /unauthorized/.test(error))).toEqual([]);
      for (const token of [...Object.values(TOKENS), ...clients.map((_client, n) => tokenOf(n))])
        expect(gateway.log()).not.toContain(token);
      await staged.allIsWell();
    },
  );

  test(
    'never answers and all clients have one address, handshakes are refused ten seconds after an unanswered user',
    { timeout: 60_000 },
    async () => {
      const staged = await stage({ TRUST_PROXY: '192.0.2.200' });
      const { gateway, service } = staged;
      const known = connectCrowd(gateway.url);
      await allAreAdmitted(known);
      service.stop();
      const trouble = await startSilentService(onTestFinished, portOf(service.address));
      const beganAt = performance.now();
      // Cached answers still count for two seconds, so an unknown token finds the outage first.
      createClient(gateway.url, { auth: { token: 'unknown' } });
      const failed = 'gateway_auth_calls_total{answer="unavailable"}';
      await vi.waitFor(async () => expect(await gateway.metric(failed)).toBeGreaterThan(0), { timeout: 10_000 });
      for (const { socket } of known) socket.io.engine.close();

      await untilHandshakesAreRefused(staged, 30_000);
      expect(performance.now() - beganAt).toBeGreaterThan(10_000);
      await staged.allIsWell();
      trouble.stop();
      await startCrowdService({ address: service.address });
      await allAreAdmitted(known);
      await staged.allIsWell();
    },
  );

  test('is down, the gateway calls it some ten times at most, then pauses', { timeout: 40_000 }, async () => {
    const staged = await stage();
    staged.service.stop();
    connectCrowd(staged.gateway.url);
    await untilHandshakesAreRefused(staged);
    expect(await staged.gateway.metric('gateway_auth_calls_total{answer="unavailable"}')).toBeLessThanOrEqual(10);
  });

  test(
    'is down, anonymous clients are admitted where a token is optional, and clients with a token return',
    { timeout: 40_000 },
    async () => {
      const staged = await stage({ AUTH_MODE: 'optional' });
      const { gateway, service } = staged;
      service.stop();
      const clients = connectCrowd(gateway.url);
      const asked = (): Promise<number> => gateway.metric('gateway_auth_calls_total{answer="unavailable"}');
      await vi.waitFor(async () => expect(await asked()).toBeGreaterThanOrEqual(5), { timeout: 10_000 });

      for (const transport of ['websocket', 'polling'])
        expect(await createClient(gateway.url, { transports: [transport] }).next('connected')).toMatchObject([
          { authenticated: false },
        ]);

      await startCrowdService({ address: service.address });
      await allAreAdmitted(clients);
      await staged.allIsWell();
    },
  );
});

interface Stage extends SocketStage {
  readonly service: CrowdService;
}

async function stage(environment: Record<string, string> = {}): Promise<Stage> {
  const service = await startCrowdService();
  const settings = { AUTH_SERVICE_ADDR: service.address, TRUST_PROXY: 'loopback' };
  return { ...(await stageSockets({ ...settings, ...environment })), service };
}

/** A stock client with a valid token, and the errors that it received. */
interface CrowdClient extends TestClient {
  readonly errors: string[];
}

/** Six users, each at an address of its own. */
function connectCrowd(url: string): CrowdClient[] {
  return Array.from({ length: 6 }, (_, n) => {
    const client = createClient(url, {
      auth: { token: tokenOf(n) },
      transports: [n % 2 === 0 ? 'websocket' : 'polling'],
      extraHeaders: { 'X-Forwarded-For': `192.0.2.${n}` },
      reconnectionDelayMax: 500,
    });
    const errors: string[] = [];
    client.socket.on('connect_error', (error) => errors.push(error.message));
    return { ...client, errors };
  });
}

async function allAreAdmitted(clients: readonly CrowdClient[]): Promise<void> {
  const welcomes = await Promise.all(clients.map(({ next }) => next('connected')));
  expect(welcomes).toMatchObject(clients.map((_, n) => [{ userId: 1000 + n }]));
}

/** The breaker is open: handshakes are answered immediately with 503. */
async function untilHandshakesAreRefused({ gateway }: SocketStage, timeout = 15_000): Promise<void> {
  for (const transport of ['websocket', 'polling'] as const)
    await vi.waitFor(
      async () => {
        const { status, body } = await knock(gateway.url, transport);
        expect(status).toBe(503);
        expect(JSON.parse(body)).toMatchObject({ code: 'auth-unavailable', retry: true });
      },
      { timeout },
    );
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}
