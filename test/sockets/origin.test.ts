import { afterEach, describe, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient } from '../support/client.ts';
import { ask, HANDSHAKE, knock } from './raw-http.ts';
import { openPolling } from './raw-polling.ts';
import { useStage } from './stage.ts';

const ENVIRONMENT = {
  CORS_ORIGIN:
    'https://app.example, wss://Other.example:8443/, https://*.pages.example, capacitor://localhost, file://, null',
  TRUST_PROXY: '127.0.0.1',
};
const STAGES = {
  gateway: useStage({ ...ENVIRONMENT, WEBSOCKET_SERVER: 'gateway' }),
  'socket.io': useStage({ ...ENVIRONMENT, WEBSOCKET_SERVER: 'socket.io' }),
};
const strict = useStage();
afterEach(() => Promise.all([STAGES.gateway().allIsWell(), STAGES['socket.io']().allIsWell()]));

const WAYS = [
  ['polling', 'gateway', 200],
  ['websocket', 'gateway', 101],
  ['websocket', 'socket.io', 101],
] as const;

describe.each(WAYS)('over %s, where websockets are served by %s,', (transport, server, accepted) => {
  const url = (): string => STAGES[server]().gateway.url;
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await knock(url(), transport, headers)).status;

  test.each([
    ['to the letter', 'https://app.example'],
    ['on its port', 'https://other.example:8443'],
    ['by websocket', 'wss://app.example'],
    ['in upper case', 'HTTPS://APP.EXAMPLE'],
    ['with the port of its scheme', 'https://app.example:443'],
    ['with a slash behind', 'https://app.example/'],
    ['by a pattern', 'https://pr-7.pages.example'],
    ['of an app', 'capacitor://localhost'],
    ['of local files', 'file://'],
    ['of sandboxed frames', 'null'],
  ])('a page of a listed origin, %s, may connect', async (_, origin) => {
    expect(await status({ Origin: origin })).toBe(accepted);
  });

  test('a page of the gateway’s own host may connect, also behind a proxy that ends TLS', async () => {
    const { host } = new URL(url());
    for (const scheme of ['http', 'https', 'ws', 'wss', 'HTTP'])
      expect(await status({ Origin: `${scheme}://${host}` })).toBe(accepted);
    expect(await status({ Origin: `http://${host}/` })).toBe(accepted);
    expect(await status({ Origin: 'https://gateway.example', Host: 'gateway.example' })).toBe(accepted);
    expect(await status({ Origin: 'wss://gateway.example', Host: 'Gateway.example:443' })).toBe(accepted);
  });

  test('a page of the host that a trusted proxy names may connect, of another not', async () => {
    const forwarded = { 'X-Forwarded-Host': 'gateway.example', Host: 'internal:3000' };
    expect(await status({ Origin: 'https://gateway.example', ...forwarded })).toBe(accepted);
    expect(await status({ Origin: 'https://evil.example', ...forwarded })).toBe(403);
  });

  test('a client without an origin may connect', async () => {
    expect(await status({})).toBe(accepted);
  });

  test('a stock client that sets an origin by hand is accepted, or receives an error', async () => {
    const by = (origin: string) => ({ transports: [transport], extraHeaders: { Origin: origin } });
    const { host } = new URL(url());
    for (const origin of [`wss://${host}`, 'https://app.example/', 'https://a.pages.example'])
      expect((await connectClient(url(), TOKENS.alice, by(origin))).welcome).toMatchObject({ authenticated: true });
    const refused = createClient(url(), { auth: { token: TOKENS.alice }, ...by('https://evil.example') });
    expect(String(await refused.next('connect_error'))).toMatch(/error/);
    expect(refused.received).toEqual([]);
  });

  test.each([
    ['a foreign one', 'https://evil.example'],
    ['none, but there', ''],
    ['a star', '*'],
    ['a listed one with a dot behind', 'https://app.example.'],
    ['a listed one without TLS', 'http://app.example'],
    ['a listed one on another port', 'https://app.example:8443'],
    ['a listed one without its port', 'https://other.example'],
    ['a listed one with a path', 'https://app.example/app'],
    ['a listed one with a user', 'https://evil@app.example'],
    ['a listed one as a user', 'https://app.example@evil.example'],
    ['two listed ones', 'https://app.example, https://other.example:8443'],
    ['a look-alike: listed one as subdomain', 'https://app.example.evil.example'],
    ['a look-alike: listed one at the end', 'https://evil-app.example'],
    ['a subdomain of a listed one', 'https://evil.app.example'],
    ['the domain of a pattern', 'https://pages.example'],
    ['two labels below the domain of a pattern', 'https://a.b.pages.example'],
    ['another app', 'ionic://localhost'],
    ['a file that says which', 'file:///home/evil.html'],
  ])('%s is refused with 403', async (_, origin) => {
    const answer = await knock(url(), transport, { Origin: origin });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'origin-refused', retry: false });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test.each([
    ['with a user', (host: string) => `http://evil@${host}`],
    ['with a path', (host: string) => `http://${host}/evil`],
    ['under another scheme', (host: string) => `ftp://${host}`],
    ['as a prefix', (host: string) => `http://${host}.evil.example`],
    ['without its port', (host: string) => `http://${host.split(':')[0]}`],
    ['without a scheme', (host: string) => host],
  ])('the gateway’s own host %s is refused', async (_, origin) => {
    expect(await status({ Origin: origin(new URL(url()).host) })).toBe(403);
  });
});

describe('without CORS_ORIGIN and TRUST_PROXY', () => {
  test.each(['null', 'file://', 'capacitor://localhost', 'https://app.example'])(
    'a page of %s is refused',
    async (origin) => {
      for (const transport of ['polling', 'websocket'] as const)
        expect((await knock(strict().gateway.url, transport, { Origin: origin })).status).toBe(403);
    },
  );

  test('an untrusted peer cannot say which host a page belongs to', async () => {
    const headers = { Origin: 'https://gw.example', Host: 'internal:3000', 'X-Forwarded-Host': 'gw.example' };
    expect((await knock(strict().gateway.url, 'polling', headers)).status).toBe(403);
  });

  test('the log of a refusal names Origin and Host, and the line that would let it in', async () => {
    const { url, log, logged } = strict().gateway;
    const about = 'https://User:t0ken@Vite.example:5173/?token=t0ken';
    // One line a second for each code: the first one after a second of silence.
    const refusal = async (headers: Record<string, string>): Promise<Record<string, unknown>> => {
      const before = log().length;
      await expect
        .poll(
          async () => {
            await knock(url, 'polling', headers);
            return log().slice(before).includes('origin-refused');
          },
          { timeout: 20_000, interval: 300 },
        )
        .toBe(true);
      await logged('origin-refused');
      const line =
        log()
          .slice(before)
          .split('\n')
          .find((one) => one.includes('origin-refused')) ?? '';
      return JSON.parse(line);
    };
    expect(await refusal({ Origin: 'HTTP://localhost:5173', Host: 'gw.example:3000' })).toMatchObject({
      rejection: 'origin-refused',
      origin: 'HTTP://localhost:5173',
      host: 'gw.example:3000',
      hint: expect.stringContaining('CORS_ORIGIN=http://localhost:5173 '),
    });
    const odd = await refusal({ Origin: about, Host: 'gw.example', 'X-Forwarded-Host': `a\u00e9${'x'.repeat(999)}` });
    expect(odd).toMatchObject({ origin: 'https://Vite.example:5173/', hint: expect.stringContaining('not an origin') });
    expect(String(odd['forwardedHost'])).toMatch(/^a\\u00e9x{100,200}$/);
    expect(await refusal({ Origin: 'null' })).toMatchObject({ hint: expect.stringContaining('sandboxed frame') });
    expect(log()).not.toContain('t0ken');
  });
});

describe('at the start', () => {
  test('the log says what null and file:// in CORS_ORIGIN allow', () => {
    const log = STAGES.gateway().gateway.log();
    expect(log).toContain('CORS_ORIGIN names null: any page in a sandboxed frame');
    expect(log).toContain('CORS_ORIGIN names file://: any HTML file');
    expect(strict().gateway.log()).not.toContain('CORS_ORIGIN names');
  });
});

describe('over polling', () => {
  const url = (): string => STAGES.gateway().gateway.url;

  test('a page that may connect may read the answer, in the spelling that it has sent', async () => {
    const { host } = new URL(url());
    const pages = [
      'https://app.example',
      'https://app.example:443/',
      'https://x.pages.example',
      'null',
      `ws://${host}`,
    ];
    for (const origin of pages)
      expect((await knock(url(), 'polling', { Origin: origin })).headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
    expect((await knock(url(), 'polling')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('a page that may connect may ask beforehand, a foreign one is refused', async () => {
    const preflight = (origin: string) =>
      ask(url(), HANDSHAKE.polling, {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      });
    for (const origin of ['https://app.example', 'https://x.pages.example', 'null']) {
      const { status, headers } = await preflight(origin);
      expect([status, headers['access-control-allow-origin']]).toEqual([204, origin]);
    }
    const foreign = await preflight('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('a foreign page cannot write into a session that is there', async () => {
    const session = await openPolling(url());
    expect(await session.post('40/x,', { Origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await session.post('40/y,')).toMatchObject({ status: 200 });
    expect((await session.poll()).body).toMatch(/^44\/y,\{"message":"only the main namespace/);
  });

  test('a foreign page cannot take over a session by an upgrade', async () => {
    const { sid } = await openPolling(url());
    const answer = await knock(url(), 'websocket', { Origin: 'https://evil.example' }, `&sid=${sid}`);
    expect(answer.status).toBe(403);
  });
});
