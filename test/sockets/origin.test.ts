import { afterEach, describe, expect, test } from 'vitest';
import { ask, HANDSHAKE, knock } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const stage = useStage({ CORS_ORIGIN: 'https://app.example,https://other.example:8443' });
afterEach(() => stage().allIsWell());

const TRANSPORTS = [
  ['polling', 200],
  ['websocket', 101],
] as const;

describe.each(TRANSPORTS)('over %s', (transport, accepted) => {
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await knock(stage().gateway.url, transport, headers)).status;

  test.each([['https://app.example'], ['https://other.example:8443']])(
    'a page of the listed origin %s may connect',
    async (origin) => {
      expect(await status({ Origin: origin })).toBe(accepted);
    },
  );

  test('a page of the gateway’s own host may connect, also behind a proxy that ends TLS', async () => {
    const { host } = new URL(stage().gateway.url);
    expect(await status({ Origin: `http://${host}` })).toBe(accepted);
    expect(await status({ Origin: `https://${host}` })).toBe(accepted);
    expect(await status({ Origin: 'https://gateway.example', Host: 'gateway.example' })).toBe(accepted);
  });

  test('a client without an origin may connect', async () => {
    expect(await status({})).toBe(accepted);
  });

  test.each([
    ['a foreign one', 'https://evil.example'],
    ['null, of a sandboxed frame or a file', 'null'],
    ['none, but there', ''],
    ['a star', '*'],
    ['a listed one in upper case', 'HTTPS://APP.EXAMPLE'],
    ['a listed one with a dot behind', 'https://app.example.'],
    ['a listed one without TLS', 'http://app.example'],
    ['a listed one on another port', 'https://app.example:8443'],
    ['a listed one without its port', 'https://other.example'],
    ['a listed one with a path', 'https://app.example/'],
    ['a listed one with a user', 'https://evil@app.example'],
    ['two listed ones', 'https://app.example, https://other.example:8443'],
    ['a look-alike: listed one as subdomain', 'https://app.example.evil.example'],
    ['a look-alike: listed one at the end', 'https://evil-app.example'],
    ['a subdomain of a listed one', 'https://evil.app.example'],
  ])('%s is refused with 403', async (_, origin) => {
    const answer = await knock(stage().gateway.url, transport, { Origin: origin });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'origin-refused', retry: false });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test.each([
    ['with a user', (host: string) => `http://evil@${host}`],
    ['with a path', (host: string) => `http://${host}/evil`],
    ['in upper case', (host: string) => `HTTP://${host}`],
    ['under another scheme', (host: string) => `ftp://${host}`],
    ['as a prefix', (host: string) => `http://${host}.evil.example`],
    ['without its port', (host: string) => `http://${host.split(':')[0]}`],
    ['without a scheme', (host: string) => host],
  ])('the gateway’s own host %s is refused', async (_, origin) => {
    expect(await status({ Origin: origin(new URL(stage().gateway.url).host) })).toBe(403);
  });
});

describe('over polling', () => {
  test('a page of a listed origin may read the answer', async () => {
    const answer = await knock(stage().gateway.url, 'polling', { Origin: 'https://app.example' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
    });
  });

  test('a page of a listed origin may ask beforehand, a foreign one hears nothing of a permission', async () => {
    const preflight = (origin: string) =>
      ask(stage().gateway.url, HANDSHAKE.polling, {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      });
    const [listed, foreign] = await Promise.all([preflight('https://app.example'), preflight('https://evil.example')]);
    expect(listed.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('a foreign page cannot write into a session that is there', async () => {
    const session = await openPolling(stage().gateway.url);
    expect(await session.post('40/x,', { Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await session.post('40/y,')).toMatchObject({ status: 200 });
    expect((await session.poll()).body).toMatch(/^44\/y,\{"message":"only the main namespace/);
  });

  test('a foreign page cannot take over a session by an upgrade', async () => {
    const { sid } = await openPolling(stage().gateway.url);
    const answer = await knock(stage().gateway.url, 'websocket', { Origin: 'https://evil.example' }, `&sid=${sid}`);
    expect(answer.status).toBe(403);
  });
});
