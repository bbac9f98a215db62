import { describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient, type TestClient } from '../support/client.ts';
import { openRaw } from './raw-client.ts';
import { ask, HANDSHAKE, knock } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { stageSockets, type SocketStage } from './stage.ts';

const BYSTANDERS = 2;

function refusals({ gateway }: SocketStage, code: string): Promise<number> {
  return gateway.metric(`websocket_connections_failed_total{rejection="${code}"}`);
}

function connectMany(url: string, count: number, options: object = {}): Promise<TestClient[]> {
  return Promise.all(Array.from({ length: count }, () => connectClient(url, TOKENS.alice, options)));
}

describe('MAX_CONNECTIONS', { timeout: 60_000 }, () => {
  test('one more is answered with 503 on either transport, and connects by itself when another client leaves', async () => {
    const stage = await stageSockets({ MAX_CONNECTIONS: String(BYSTANDERS + 2) });
    const { gateway } = stage;
    const [first] = await connectMany(gateway.url, 2);

    for (const transport of ['polling', 'websocket'] as const) {
      const { status, body } = await knock(gateway.url, transport);
      expect({ status, ...JSON.parse(body) }).toMatchObject({ status: 503, code: 'instance-full', retry: true });
    }
    const waiting = createClient(gateway.url, { auth: { token: TOKENS.alice } });
    await waiting.next('connect_error');
    await stage.allIsWell();
    first?.socket.disconnect();

    await waiting.next('connected');
    await stage.allIsWell();
    expect(await refusals(stage, 'instance-full')).toBeGreaterThanOrEqual(3);
    expect(await gateway.metric('websocket_connections_limit')).toBe(BYSTANDERS + 2);
    expect((await gateway.get('/health/ready')).status).toBe(200);
  });
});

describe('MAX_CONNECTIONS_PER_ADDRESS', { timeout: 60_000 }, () => {
  const PROXY = { TRUST_PROXY: 'loopback', MAX_CONNECTIONS_PER_ADDRESS: '3' };
  const from = (address: string) => ({ 'X-Forwarded-For': address });

  test.each([
    ['an address', ['203.0.113.7'], '203.0.113.8'],
    ['an IPv4 address in IPv6', ['::ffff:203.0.113.7', '203.0.113.7'], '203.0.113.8'],
    [
      'an address whose ports the balancer sends too',
      ['203.0.113.7:51000', '203.0.113.7:51001', '"203.0.113.7:51002"'],
      '203.0.113.8:51000',
    ],
    ['an IPv6 network with ports', ['[2001:db8::1]:443', '[2001:db8::2]', '2001:db8::3'], '[2001:db8:0:1::1]:443'],
    ['an IPv6 network', ['2001:db8::1', '2001:db8::ffff:1', '2001:db8:0:0:9::'], '2001:db8:0:1::1'],
  ])('one more of %s is answered with 503, others are let in', async (_, addresses, other) => {
    const stage = await stageSockets(PROXY);
    const { url } = stage.gateway;
    for (let session = 0; session < 3; session += 1)
      await ask(url, HANDSHAKE.polling, { headers: from(addresses[session % addresses.length] ?? '') });

    for (const transport of ['polling', 'websocket'] as const) {
      const { status, body } = await knock(url, transport, from(addresses[0] ?? ''));
      expect({ status, ...JSON.parse(body) }).toMatchObject({ status: 503, code: 'address-limit', retry: true });
    }
    expect((await knock(url, 'polling', from(other))).status).toBe(200);
    expect((await knock(url, 'websocket', from(other))).status).toBe(101);
    await stage.allIsWell();
    expect(await refusals(stage, 'address-limit')).toBe(2);
    expect(stage.gateway.log()).not.toContain('add it to TRUST_PROXY');
  });

  test('an address that an untrusted peer claims is ignored, and the log says what to do if it is a proxy', async () => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_ADDRESS: String(BYSTANDERS + 1) });
    const { url, logged } = stage.gateway;
    await openPolling(url);

    expect((await knock(url, 'polling', from('203.0.113.7'))).status).toBe(503);

    await logged('add it to TRUST_PROXY');
    await stage.allIsWell();
  });

  test('there is room again when a connection ends', async () => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_ADDRESS: String(BYSTANDERS + 1) });
    for (let round = 0; round < 5; round += 1) {
      const client = await connectClient(stage.gateway.url, TOKENS.alice);
      client.socket.disconnect();
      await expect.poll(() => stage.gateway.metric('websocket_connections')).toBe(BYSTANDERS);
    }
    await stage.allIsWell();
  });
});

describe('MAX_CONNECTIONS_PER_USER', { timeout: 60_000 }, () => {
  test.each(['websocket', 'polling'])(
    'over %s one more is closed, and gets in when one has left',
    async (transport) => {
      const stage = await stageSockets({ MAX_CONNECTIONS_PER_USER: '2' });
      const { gateway } = stage;
      const [first] = await connectMany(gateway.url, 2);

      const third = createClient(gateway.url, { auth: { token: TOKENS.alice }, transports: [transport] });
      await expect.poll(() => refusals(stage, 'user-limit')).toBeGreaterThan(0);
      expect(third.socket.connected).toBe(false);
      expect(third.socket.active).toBe(true);
      await connectClient(gateway.url, TOKENS.big);
      await stage.allIsWell();
      first?.socket.disconnect();

      await third.next('connected');
      await stage.allIsWell();
    },
  );

  test('a session that leaves and comes again counts once', async () => {
    const stage = await stageSockets({ MAX_CONNECTIONS_PER_USER: '2' });
    const session = await openPolling(stage.gateway.url);
    for (let round = 0; round < 5; round += 1) {
      await session.post(`40${JSON.stringify({ token: TOKENS.alice })}`);
      let received = '';
      while (!received.includes('"connected"')) received += (await session.poll()).body;
      await session.post('41');
    }
    await connectClient(stage.gateway.url, TOKENS.alice);
    expect(await refusals(stage, 'user-limit')).toBe(0);
  });
});

describe('MAX_HANDSHAKES_PER_SECOND', { timeout: 60_000 }, () => {
  test('more are answered with 503; all get in, one after the other', async () => {
    const stage = await stageSockets({ MAX_HANDSHAKES_PER_SECOND: '5' });

    const clients = Array.from({ length: 25 }, () =>
      createClient(stage.gateway.url, { auth: { token: TOKENS.alice }, reconnectionDelayMax: 500 }),
    );
    await Promise.all(clients.map((client) => client.next('connected')));

    expect(await refusals(stage, 'too-many-handshakes')).toBeGreaterThan(10);
    await stage.allIsWell();
  });

  test('requests of a session that is open are no handshakes', async () => {
    const stage = await stageSockets({ MAX_HANDSHAKES_PER_SECOND: '5' });
    const session = await openPolling(stage.gateway.url);
    await session.post('40{}');
    for (let request = 0; request < 50; request += 1) expect((await session.post('3')).status).toBe(200);
    await stage.allIsWell();
  });
});

describe('HANDSHAKE_TIMEOUT', { timeout: 60_000 }, () => {
  test('who is not let in by then is gone, whatever the transport; who is in stays', async () => {
    const stage = await stageSockets({ HANDSHAKE_TIMEOUT: '1' });
    const { url } = stage.gateway;
    const websocket = await openRaw(url);
    const [silent, polling] = [await openPolling(url), await openPolling(url)];
    const poll = polling.poll();

    await websocket.closed;
    await poll;
    await expect.poll(() => refusals(stage, 'handshake-timeout')).toBe(3);

    for (const session of [silent, polling])
      expect(await session.poll()).toMatchObject({ status: 400, body: expect.stringContaining('Session ID unknown') });
    await stage.allIsWell();
  });
});

describe('0 switches off', { timeout: 60_000 }, () => {
  test('each of them', async () => {
    const stage = await stageSockets({
      MAX_CONNECTIONS: '0',
      MAX_CONNECTIONS_PER_ADDRESS: '0',
      MAX_CONNECTIONS_PER_USER: '0',
      MAX_HANDSHAKES_PER_SECOND: '0',
      HANDSHAKE_TIMEOUT: '0',
      MAX_CLIENT_MESSAGE_BYTES: '0',
      MAX_CLIENT_PACKETS_PER_SECOND: '0',
    });
    const clients = await connectMany(stage.gateway.url, 150);
    for (const { socket } of clients.slice(0, 1)) {
      for (let ping = 0; ping < 2000; ping += 1) socket.emit('ping');
      expect(await socket.emitWithAck('ping', 'x'.repeat(200_000))).toEqual({ timestamp: expect.any(Number) });
    }
    const late = await openRaw(stage.gateway.url);
    late.send(`40${JSON.stringify({ token: TOKENS.alice })}`);
    expect(await late.next()).toMatch(/^40/);
    expect(clients.every(({ socket }) => socket.connected)).toBe(true);
    await stage.allIsWell();
  });
});
