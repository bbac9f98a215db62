import { afterEach, describe, expect, test } from 'vitest';
import { WEBSOCKET_SERVERS } from '../../src/sockets/servers/open-servers.ts';
import { TOKENS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { openRaw } from './raw-client.ts';
import { ask, askUpgrade, knock } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import type { RunningGateway } from './running-gateway.ts';
import { useStage } from './stage.ts';

const TRANSPORTS = ['websocket', 'polling'] as const;
const lengthOf = (text: string): string => String.fromCharCode(text.length);
const failed = ({ metric }: RunningGateway, code: string): Promise<number> =>
  metric(`websocket_connections_failed_total{rejection="${code}"}`);

describe.each(WEBSOCKET_SERVERS)('on the server %s', (server) => {
  const stage = useStage({ WEBSOCKET_SERVER: server });
  afterEach(() => stage().allIsWell());

  describe.each(TRANSPORTS)('over %s a stock client', (transport) => {
    test.each([
      ['text', 'text', TOKENS.alice],
      ['a number', 'a number', 7],
      ['a fraction', 'a number', 7.5],
      ['a negative number', 'a number', -7],
      ['true', 'a boolean', true],
      ['a list', 'a list', [{ token: TOKENS.alice }]],
      ['an empty list', 'a list', []],
    ])('whose auth is %s is told so, for good', async (_, found, auth: unknown) => {
      const { gateway } = stage();
      const before = await failed(gateway, 'handshake-malformed');
      const { next, socket } = createClient(gateway.url, Object({ transports: [transport], auth }));
      const message = `auth must be an object: { token }; found ${found}`;
      expect(await next('connect_error')).toEqual([
        expect.objectContaining({ message, data: { code: 'handshake-malformed', retry: false, message } }),
      ]);
      expect(socket.active).toBe(false);
      await gateway.logged(`"rejection":"handshake-malformed","reason":"${message}"`);
      expect(await failed(gateway, 'handshake-malformed')).toBe(before + 1);
    });

    test.each([
      ['null', null],
      ['empty text', ''],
      ['an empty object', {}],
      ['an object in an object', { auth: { token: TOKENS.alice } }],
      ['an object with a token in a token', { token: { token: TOKENS.alice } }],
    ])('whose auth is %s is told what its token is', async (_, auth: unknown) => {
      const { next } = createClient(stage().gateway.url, Object({ transports: [transport], auth }));
      const [error] = await next('connect_error');
      expect(error).toMatchObject({
        data: { code: expect.stringMatching(/^token-(missing|malformed)$/), retry: false },
      });
    });

    test.each(['/ws', '/ws/socket.io', '/7', `/${'x'.repeat(99)}`])(
      'that names a namespace, %s, is told that it is none, for good',
      async (namespace) => {
        const { gateway } = stage();
        const before = await failed(gateway, 'namespace-unknown');
        const auth = { token: TOKENS.alice };
        const { next, socket } = createClient(gateway.url + namespace, { transports: [transport], auth });
        const message = `only the main namespace; "${namespace}" in the URL is a namespace, not a path`;
        expect(await next('connect_error')).toEqual([
          expect.objectContaining({ message, data: { code: 'namespace-unknown', retry: false, message } }),
        ]);
        expect(socket.active).toBe(false);
        await gateway.logged('"rejection":"namespace-unknown"');
        expect(await failed(gateway, 'namespace-unknown')).toBe(before + 1);
      },
    );

    test('that is accepted and connects to another namespace stays connected', async () => {
      const { gateway } = stage();
      const auth = { token: TOKENS.alice };
      const main = createClient(gateway.url, { transports: [transport], auth });
      await main.next('connected');
      const other = main.socket.io.socket('/ws', { auth });
      other.connect();
      const error = await new Promise((resolve) => other.once('connect_error', resolve));
      expect(error).toMatchObject({ data: { code: 'namespace-unknown', retry: false } });
      expect(await main.socket.emitWithAck('ping')).toEqual({ timestamp: expect.any(Number) });
    });

    test.each([
      ['"Bearer " before it', 'begins with "Bearer "', `Bearer ${TOKENS.alice}`],
      ['"bearer" and a tab before it', 'begins with "Bearer "', `bearer\t${TOKENS.alice}`],
      ['quotes around it', 'it is in quotes', `"${TOKENS.alice}"`],
      ['single quotes around it', 'it is in quotes', `'${TOKENS.alice}'`],
      ['a line end behind it', 'a line end around it', `${TOKENS.alice}\n`],
      ['a line end of Windows behind it', 'a line end around it', `${TOKENS.alice}\r\n`],
      ['a no-break space before it', 'white space', `\u00a0${TOKENS.alice}`],
      ['a zero-width space behind it', 'beyond ASCII', `${TOKENS.alice}\u200b`],
      ['no value', 'a variable without a value', 'undefined'],
      ['an object made text', 'a variable without a value', '[object Object]'],
      ['a list in place of it', 'it is a list', [TOKENS.alice]],
      ['a number in place of it', 'it is a number', 7],
    ])('whose token has %s is told so, and the auth service is not asked', async (_, words, token: unknown) => {
      const { gateway } = stage();
      const asked = await gateway.metric('gateway_auth_answers_total');
      const { next, socket } = createClient(gateway.url, { transports: [transport], auth: { token } });
      const [error] = await next('connect_error');
      expect(error).toMatchObject({
        message: expect.stringContaining(words),
        data: { code: 'token-malformed', retry: false, message: expect.stringContaining(words) },
      });
      expect(socket.active).toBe(false);
      await gateway.logged('"rejection":"token-malformed"');
      expect(await gateway.metric('gateway_auth_answers_total')).toBe(asked);
    });
  });

  describe.each([
    ['an event', '42["ping"]', 'must be a CONNECT'],
    ['a DISCONNECT', '41', 'must be a CONNECT'],
    ['no packet', '4hello', 'must be a CONNECT'],
    ['JSON of another parser', '4{"type":0,"nsp":"/"}', 'default parser'],
    ['half an auth', '40{"token":', 'found no JSON'],
    ['an auth with an id', '405{"token":"x"}', 'found no JSON'],
  ])('a client whose first packet is %s', (_, packet, words) => {
    test('over websocket receives the reason, is counted and closed', async () => {
      const { gateway } = stage();
      const before = await failed(gateway, 'handshake-malformed');
      const client = await openRaw(gateway.url);
      client.send(packet);
      const answer = String(await client.next());
      expect(answer).toMatch(/^44\{/);
      expect(answer).toContain(words);
      await client.closed;
      expect(await failed(gateway, 'handshake-malformed')).toBe(before + 1);
    });

    test('over polling receives the reason, is counted and closed', async () => {
      const { gateway } = stage();
      const before = await failed(gateway, 'handshake-malformed');
      const session = await openPolling(gateway.url);
      expect(await session.post(packet)).toMatchObject({ status: 200 });
      const { body } = await session.poll();
      expect(body).toMatch(/^44\{/);
      expect(body).toContain(words);
      expect(await failed(gateway, 'handshake-malformed')).toBe(before + 1);
    });
  });

  test('a client of the msgpack parser receives the reason in msgpack, is counted and closed', async () => {
    const { gateway } = stage();
    const before = await failed(gateway, 'handshake-malformed');
    const client = await openRaw(gateway.url);
    client.send(new Uint8Array([0x82, 0xa4, 0x74, 0x79, 0x70, 0x65, 0, 0xa3, 0x6e, 0x73, 0x70, 0xa1, 0x2f]));
    const answer = Buffer.from(Object(await client.next())).toString('latin1');
    // A map of three: type 4, the namespace, and data that is a map of two.
    const [type, nsp, data, message] = ['type', 'nsp', 'data', 'message'].map((key) => `\xda\0${lengthOf(key)}${key}`);
    expect(answer.startsWith(`\x83${type}\x04${nsp}\xda\0\x01/${data}\x82${message}\xda\0`)).toBe(true);
    expect(answer).toContain('default parser');
    await client.closed;
    await gateway.logged('remove the option `parser` of the client');
    expect(await failed(gateway, 'handshake-malformed')).toBe(before + 1);
  });

  test('a client whose first packet is bytes of any other kind is counted and closed', async () => {
    const before = await failed(stage().gateway, 'handshake-malformed');
    const client = await openRaw(stage().gateway.url);
    client.send(new Uint8Array([4, 0, 0x82]));
    await client.closed;
    expect(await failed(stage().gateway, 'handshake-malformed')).toBe(before + 1);
  });

  describe.each([
    ['EIO=3&transport=polling', 'polling', 'EIO=3 is a client of Socket.IO 2'],
    ['EIO=3&transport=websocket', 'websocket', 'EIO=3 is a client of Socket.IO 2'],
    ['EIO=2&transport=polling', 'polling', 'EIO=3 is a client of Socket.IO 2'],
    ['EIO=5&transport=websocket', 'websocket', 'EIO must be 4'],
    ['transport=websocket', 'websocket', 'no EIO in the query'],
    ['EIO=4&EIO=3&transport=polling', 'polling', 'EIO=3 is a client of Socket.IO 2'],
    ['EIO=4&transport=websocket', 'polling', 'without "Upgrade: websocket"'],
    ['EIO=4&transport=polling', 'websocket', 'must ask for transport=websocket'],
    ['EIO=4&transport=webtransport', 'polling', 'must be polling or websocket'],
    ['EIO=4&transport=__proto__', 'websocket', 'must be polling or websocket'],
  ] as const)('a handshake ?%s as of %s', (query, transport, words) => {
    test('is answered with 400 and why, logged with a hint, and counted', async () => {
      const { gateway } = stage();
      const before = await failed(gateway, 'handshake-malformed');
      const path = `/socket.io/?${query}`;
      const answer = await (transport === 'polling' ? ask(gateway.url, path) : askUpgrade(gateway.url, path));
      expect(answer.status).toBe(400);
      const body: unknown = JSON.parse(answer.body);
      expect(body).toEqual({ code: 'handshake-malformed', retry: false, message: expect.stringContaining(words) });
      await gateway.logged(
        `"reason":${JSON.stringify(Object(body).message)},"retry":false,"address":"127.0.0.1","hint":"`,
      );
      expect(await failed(gateway, 'handshake-malformed')).toBe(before + 1);
    });
  });

  test('an upgrade of a polling session whose headers a proxy dropped is named in the log', async () => {
    const { gateway } = stage();
    const before = await failed(gateway, 'handshake-malformed');
    const { sid } = await openPolling(gateway.url);
    expect(await ask(gateway.url, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`)).toMatchObject({ status: 400 });
    await gateway.logged('a proxy drops the headers Upgrade and Connection');
    expect(await failed(gateway, 'handshake-malformed')).toBe(before + 1);
  });

  test('neither namespaces nor tokens of such clients stand in the log', async () => {
    const { gateway } = stage();
    const client = createClient(`${gateway.url}/planted-namespace`, { auth: { token: 'planted-token' } });
    await client.next('connect_error');
    await knock(gateway.url, 'polling', {}, '&EIO=planted-protocol');
    await createClient(gateway.url, { auth: { token: 'planted token' } }).next('connect_error');
    await createClient(gateway.url, Object({ auth: 'planted-auth' })).next('connect_error');
    expect(gateway.log()).not.toContain('planted');
  });
});

describe.each(WEBSOCKET_SERVERS)('with a short HANDSHAKE_TIMEOUT on the server %s', (server) => {
  const stage = useStage({ WEBSOCKET_SERVER: server, HANDSHAKE_TIMEOUT: '1' });

  test.each(TRANSPORTS)('a client over %s whose `auth` function never calls back is hinted at', async (transport) => {
    const { gateway } = stage();
    const before = await failed(gateway, 'handshake-timeout');
    const auth = async (): Promise<object> => ({ token: TOKENS.alice });
    const { next } = createClient(gateway.url, Object({ transports: [transport], auth, reconnection: false }));
    await next('disconnect');
    await gateway.logged('"rejection":"handshake-timeout","reason":"no CONNECT arrived in time"');
    await gateway.logged('does the client call the callback of its `auth` function?');
    expect(await failed(gateway, 'handshake-timeout')).toBe(before + 1);
    await stage().allIsWell();
  });
});
