import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startAuth, TOKENS, USERS } from '../support/auth-service.ts';
import { createClient, type TestClient } from '../support/client.ts';
import { knock } from '../sockets/raw-http.ts';
import { stageSockets, type SocketStage } from '../sockets/stage.ts';
import { startFaultyService, startSilentService, type Service } from './faulty-service.ts';

/** What may stand at the auth service's address instead of it; the gateway waits two seconds for an answer. */
const TROUBLES: readonly [what: string, start: (address: string) => Promise<Service>][] = [
  ['is down', async (address) => ({ address, stop: () => undefined })],
  ['takes connections and never speaks', (address) => startSilentService(onTestFinished, portOf(address))],
  ['takes calls and never answers', (address) => startFaultyService(() => undefined, onTestFinished, address)],
  [
    'answers, rightly, half a second too late',
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
    '%s nobody gets in and nobody is turned away for good; when it is back so are all clients',
    { timeout: 40_000 },
    async (_, start) => {
      const stage = await stageSockets();
      const { gateway, auth } = stage;
      auth.stop();
      const trouble = await start(auth.address);
      const clients = comers(gateway.url);

      await untilRefusedAtTheGate(stage);
      await stage.allIsWell();
      expect(await gateway.metric('websocket_connections_opened_total{identity="user"}')).toBe(2);
      for (const { socket } of clients) expect(socket.active).toBe(true);

      trouble.stop();
      await startAuth(onTestFinished, auth.address);
      await Promise.all(
        clients.map(async ({ next }) => expect(await next('connected')).toMatchObject([{ userId: 7 }])),
      );
      for (const { errors } of clients) expect(errors.filter((error) => /unauthorized/.test(error))).toEqual([]);
      for (const token of Object.values(TOKENS)) expect(gateway.log()).not.toContain(token);
      await stage.allIsWell();
    },
  );

  test('is down the gateway asks it some ten times at most, then pauses', { timeout: 40_000 }, async () => {
    const stage = await stageSockets();
    stage.auth.stop();
    comers(stage.gateway.url);
    await untilRefusedAtTheGate(stage);
    expect(await stage.gateway.metric('gateway_auth_calls_total{answer="unavailable"}')).toBeLessThanOrEqual(10);
  });

  test(
    'is down anonymous clients get in where a token is optional, and who has a token comes back',
    { timeout: 40_000 },
    async () => {
      const stage = await stageSockets({ AUTH_MODE: 'optional' });
      const { gateway, auth } = stage;
      auth.stop();
      const clients = comers(gateway.url);
      const asked = (): Promise<number> => gateway.metric('gateway_auth_calls_total{answer="unavailable"}');
      await vi.waitFor(async () => expect(await asked()).toBeGreaterThanOrEqual(5), { timeout: 10_000 });

      for (const transport of ['websocket', 'polling'])
        expect(await createClient(gateway.url, { transports: [transport] }).next('connected')).toMatchObject([
          { authenticated: false },
        ]);

      await startAuth(onTestFinished, auth.address);
      await Promise.all(
        clients.map(async ({ next }) => expect(await next('connected')).toMatchObject([{ userId: 7 }])),
      );
      await stage.allIsWell();
    },
  );
});

/** A stock client with a good token, and what it was told when it was not let in. */
interface Comer extends TestClient {
  readonly errors: string[];
}

function comers(url: string): Comer[] {
  return Array.from({ length: 6 }, (_, index) => {
    const transports = [index % 2 === 0 ? 'websocket' : 'polling'];
    const client = createClient(url, { auth: { token: TOKENS.alice }, transports, reconnectionDelayMax: 500 });
    const errors: string[] = [];
    client.socket.on('connect_error', (error) => errors.push(error.message));
    return { ...client, errors };
  });
}

/** The breaker is open: handshakes are answered, at once, with 503. */
async function untilRefusedAtTheGate({ gateway }: SocketStage): Promise<void> {
  for (const transport of ['websocket', 'polling'] as const)
    await vi.waitFor(
      async () => {
        const { status, body } = await knock(gateway.url, transport);
        expect(status).toBe(503);
        expect(JSON.parse(body)).toMatchObject({ code: 'auth-unavailable', retry: true });
      },
      { timeout: 15_000 },
    );
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}
