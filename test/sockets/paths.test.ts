import { afterEach, describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { frame, openUpgraded } from './raw-frames.ts';
import { ask, askUpgrade } from './raw-http.ts';
import { useStage } from './stage.ts';

const TRANSPORTS = ['websocket', 'polling'] as const;
const auth = { token: TOKENS.alice };
const POLLING = 'EIO=4&transport=polling';
const WEBSOCKET = 'EIO=4&transport=websocket';
const H2C = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' };

describe.each(WEBSOCKET_SERVERS)('on the server %s', (server) => {
  const stage = useStage({ WEBSOCKET_SERVER: server });
  afterEach(() => stage().allIsWell());
  const strays = (): Promise<number> =>
    stage().gateway.metric('websocket_connections_failed_total{rejection="path-unknown"}');

  describe.each(TRANSPORTS)('over %s a stock client', (transport) => {
    test.each([
      ['leaves out the final slash', { addTrailingSlash: false }],
      ['names the path without the final slash', { path: '/socket.io' }],
    ])('that %s is let in', async (_, options) => {
      const { next } = createClient(stage().gateway.url, { transports: [transport], auth, ...options });
      expect(await next('connected')).toMatchObject([{ userId: 7 }]);
    });

    test('at another path gets an error, a log line with the path to use, and a count', async () => {
      const { gateway } = stage();
      const before = await strays();
      const options = { transports: [transport], auth, path: '/ws/socket.io', reconnection: false };
      const { next } = createClient(gateway.url, options);
      expect(await next('connect_error')).toMatchObject([{ type: 'TransportError' }]);
      await gateway.logged('"rejection":"path-unknown","reason":"no Socket.IO at this path; it is at /socket.io/"');
      expect(await strays()).toBe(before + 1);
    });
  });

  test('without the final slash polling clients are upgraded', async () => {
    const { socket, next } = createClient(stage().gateway.url, {
      transports: ['polling', 'websocket'],
      addTrailingSlash: false,
      auth,
    });
    await new Promise((resolve) => socket.io.engine.once('upgrade', resolve));
    expect(await next('connected')).toMatchObject([{ userId: 7 }]);
  });

  test.each(['/ws', '/', '/socket.io/x', '/socket.iox/', '/Socket.IO/', '/socket.io//', '/ws/socket.io/'])(
    'a handshake at %s is answered with 404 on both transports, and counted',
    async (path) => {
      const before = await strays();
      const answers = [
        await ask(stage().gateway.url, `${path}?${POLLING}`),
        await askUpgrade(stage().gateway.url, `${path}?${WEBSOCKET}`),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(404);
        const message = 'no Socket.IO at this path; it is at /socket.io/';
        expect(JSON.parse(body)).toEqual({ code: 'path-unknown', retry: false, message });
      }
      expect(await strays()).toBe(before + 2);
    },
  );

  test.each(['/socket.io/socket.io.js', '/socket.io/socket.io.min.js', '/socket.io/socket.io.esm.min.js?v=4'])(
    'a script tag for %s is told where the client is, and counted',
    async (path) => {
      const before = await strays();
      expect(await ask(stage().gateway.url, path)).toMatchObject({
        status: 404,
        body: expect.stringContaining('does not serve the client script'),
      });
      await stage().gateway.logged('pages load socket.io-client 4 from npm');
      expect(await strays()).toBe(before + 1);
    },
  );

  test('a plain websocket elsewhere is answered as a request there is, and counted', async () => {
    const before = await strays();
    expect(await askUpgrade(stage().gateway.url, '/')).toMatchObject({ status: 404 });
    expect(await askUpgrade(stage().gateway.url, '/health')).toMatchObject({ status: 200 });
    expect(await strays()).toBe(before + 2);
  });

  test('pages that are not there and requests with other upgrades are no strays', async () => {
    const before = await strays();
    for (const path of ['/', '/favicon.ico', '/wp-login.php?transport=x', '/health'])
      await ask(stage().gateway.url, path, { headers: H2C });
    expect(await strays()).toBe(before);
  });

  test.each([
    ['h2c', '/health', H2C, 200],
    ['h2c', '/metrics', H2C, 200],
    ['h2c', '/nowhere', H2C, 404],
    ['h2c', `/socket.io/?${POLLING}`, H2C, 200],
    ['h2c', `/socket.io/?${WEBSOCKET}`, H2C, 400],
    ['TLS/1.0', '/health', { Connection: 'Upgrade', Upgrade: 'TLS/1.0' }, 200],
    ['h2c, h2', '/health', { Connection: 'Upgrade', Upgrade: 'h2c, h2' }, 200],
    ['nothing', '/health', { Connection: 'Upgrade', Upgrade: '' }, 200],
    ['websocketx', `/socket.io/?${POLLING}`, { Connection: 'Upgrade', Upgrade: 'websocketx' }, 200],
    ['websocket, elsewhere', '/health', { Connection: 'Upgrade', Upgrade: 'websocket' }, 200],
  ])('a request that asks for %s at %s is served as if it had not', async (_, path, headers, status) => {
    expect(await ask(stage().gateway.url, path, { headers })).toMatchObject({ status });
  });

  test('a POST that asks for an upgrade is served with its body', async () => {
    const { body } = await ask(stage().gateway.url, `/socket.io/?${POLLING}`, { headers: H2C });
    const [, sid = ''] = /"sid":"([^"]+)"/.exec(body) ?? [];
    const path = `/socket.io/?${POLLING}&sid=${sid}`;
    for (const headers of [H2C, { Connection: 'Upgrade', Upgrade: 'websocket' }])
      expect(await ask(stage().gateway.url, path, { method: 'POST', headers, body: '40/x,' })).toMatchObject({
        status: 200,
      });
    expect((await ask(stage().gateway.url, path)).body).toContain('namespace-unknown');
  });

  test.each(['websocket', 'WebSocket', 'WEBSOCKET', ' websocket ', 'h2c, websocket', 'websocket,h2c'])(
    'an upgrade to "%s" is taken',
    async (upgrade) => {
      const path = `/socket.io/?${WEBSOCKET}`;
      expect(await askUpgrade(stage().gateway.url, path, { Upgrade: upgrade })).toMatchObject({ status: 101 });
    },
  );

  test('a handshake in the form for proxies, with a host before the path, is served', async () => {
    const url = `http://gateway.example/socket.io/?${WEBSOCKET}`;
    await expect(openUpgraded(stage().gateway.url, { path: url })).resolves.toBeDefined();
  });

  test('a connection that was idle for longer than 5 s would be kept: the answers promise 75', async () => {
    const { headers } = await ask(stage().gateway.url, '/health', { headers: { Connection: 'keep-alive' } });
    expect(headers['keep-alive']).toBe('timeout=75');
  });
});

describe.each(WEBSOCKET_SERVERS)('with SOCKET_PATH and heartbeats set, on the server %s', (server) => {
  const stage = useStage(
    { WEBSOCKET_SERVER: server, SOCKET_PATH: 'ws/socket.io', PING_INTERVAL: '1', PING_TIMEOUT: '3' },
    '/ws/socket.io/',
  );
  afterEach(() => stage().allIsWell());

  test.each(TRANSPORTS)('clients over %s get in there, and are pinged as often as was set', async (transport) => {
    const { socket, next } = createClient(stage().gateway.url, {
      transports: [transport],
      path: '/ws/socket.io',
      auth,
    });
    const pinged = new Promise((resolve) =>
      socket.io.engine.on('packet', ({ type }) => type === 'ping' && resolve(type)),
    );
    expect(await next('connected')).toMatchObject([{ userId: 7 }]);
    expect(await pinged).toBe('ping');
  });

  test('the handshake has the heartbeat times in milliseconds', async () => {
    const { body } = await ask(stage().gateway.url, `/ws/socket.io/?${POLLING}`);
    expect(body).toContain('"pingInterval":1000,"pingTimeout":3000');
  });

  test('a client that is in and answers no ping is gone after interval and timeout', async () => {
    const { gateway } = stage();
    const timeouts = (): Promise<number> => gateway.metric('websocket_connections_closed_total{reason="ping timeout"}');
    const before = await timeouts();
    const socket = await openUpgraded(gateway.url, { path: `/ws/socket.io?${WEBSOCKET}` });
    socket.write(frame(`40${JSON.stringify(auth)}`));
    await expect.poll(timeouts, { timeout: 15_000 }).toBe(before + 1);
  });

  test('the usual path is not there', async () => {
    const answer = await ask(stage().gateway.url, `/socket.io/?${POLLING}`);
    expect(answer.status).toBe(404);
    expect(answer.body).toContain('it is at /ws/socket.io/');
    expect((await stage().gateway.get('/nowhere')).body).toMatchObject({
      paths: expect.arrayContaining(['/ws/socket.io/']),
    });
  });
});
