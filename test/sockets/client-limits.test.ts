import { describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { createClient, type TestClient } from '../support/client.ts';
import { enterRaw } from './raw-client.ts';
import { openPolling } from './raw-polling.ts';
import { stageSockets, type SocketStage } from './stage.ts';

function refusals({ gateway }: SocketStage, code: string): Promise<number> {
  return gateway.metric(`websocket_connections_failed_total{rejection="${code}"}`);
}

/** A ping of that many bytes, Engine.IO's type included. */
function ping(bytes: number): string {
  return `42["ping","${'x'.repeat(bytes - 13)}"]`;
}

describe('MAX_CLIENT_MESSAGE_BYTES', { timeout: 60_000 }, () => {
  test('a longer message ends a websocket, and is reported', async () => {
    const stage = await stageSockets({ MAX_CLIENT_MESSAGE_BYTES: '1000' });
    const client = await enterRaw(stage.gateway.url, TOKENS.alice);

    client.send(ping(1000));
    expect(await client.next()).toMatch(/^42\["pong"/);
    client.send(ping(1001));

    await expect(client.closed).resolves.toBeUndefined();
    await expect.poll(() => refusals(stage, 'message-too-large')).toBe(1);
    await stage.allIsWell();
  });

  test('a longer polling request is answered with 413, and is reported', async () => {
    const stage = await stageSockets({ MAX_CLIENT_MESSAGE_BYTES: '1000' });
    const session = await openPolling(stage.gateway.url);

    expect((await session.post(`40${JSON.stringify({ token: TOKENS.alice })}`)).status).toBe(200);
    expect((await session.post(ping(1000))).status).toBe(200);
    expect((await session.post(ping(1001))).status).toBe(413);

    expect(await refusals(stage, 'message-too-large')).toBe(1);
    await stage.allIsWell();
  });
});

describe('MAX_CLIENT_PACKETS_PER_SECOND', { timeout: 60_000 }, () => {
  test('ten times as many may come at once; with more the session is closed', async () => {
    const stage = await stageSockets({ MAX_CLIENT_PACKETS_PER_SECOND: '2' });
    const client = await enterRaw(stage.gateway.url, TOKENS.alice);
    for (let sent = 0; sent < 19; sent += 1) client.send('42["ping"]');
    for (let received = 0; received < 19; received += 1) expect(await client.next()).toMatch(/^42\["pong"/);

    for (let sent = 0; sent < 40; sent += 1) client.send('42["ping"]');

    await expect(client.closed).resolves.toBeUndefined();
    expect(await refusals(stage, 'too-many-packets')).toBe(1);
    await stage.allIsWell();
  });

  test.each(['websocket', 'polling'])(
    'a client that requested notices receives the reason, on %s; another does not',
    async (transport) => {
      const stage = await stageSockets({ MAX_CLIENT_PACKETS_PER_SECOND: '2' });
      const flood = async (auth: object): Promise<TestClient['received']> => {
        const client = createClient(stage.gateway.url, { auth, transports: [transport] });
        await client.next('connected');
        for (let sent = 0; sent < 40; sent += 1) client.socket.emit('anything');
        await client.next('disconnect');
        // Stock clients come back by themselves.
        await client.next('connected');
        return client.received;
      };

      expect(await flood({ token: TOKENS.alice, notices: true })).toEqual([
        { event: 'gateway:closing', args: [{ code: 'too-many-packets', retry: true, after: 0 }] },
      ]);
      expect(await flood({ token: TOKENS.alice })).toEqual([]);
      expect(await stage.gateway.metric('websocket_closings_total{code="too-many-packets"}')).toBe(2);
      await stage.allIsWell();
    },
  );
});
