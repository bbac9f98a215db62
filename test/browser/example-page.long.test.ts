import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { startGateway, untilReady, type TestGateway } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { startRedis } from '../support/redis-server.ts';
import { launchBrowser, openPage } from './chromium.ts';

const SERVER = fileURLToPath(new URL('../../examples/browser/serve.mjs', import.meta.url));
const TRANSPORTS = ['websocket', 'polling'];

let browser: Browser;
let origin: string;

beforeAll(async () => {
  const server = spawn(process.execPath, [SERVER, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  [browser, origin] = await Promise.all([launchBrowser(), firstLine(server)]);
  return async () => {
    server.kill();
    await Promise.all([browser.close(), once(server, 'exit')]);
  };
});

/** The example's own server says first where the page is. */
async function firstLine(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('a server without output');
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  return String(line);
}

async function stage(corsOrigin = origin) {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, CORS_ORIGIN: corsOrigin };
  const gateway = await startGateway(environment);
  await untilReady(gateway);
  const opened = await openPage(browser, origin);
  return { redis, environment, gateway, ...opened, events: opened.page.locator('#events > li') };
}

/** By keyboard alone: from the first field to the last, and Enter. */
async function connect(
  page: Page,
  { url }: Pick<TestGateway, 'url'>,
  token: string,
  transports: string,
): Promise<void> {
  await page.getByLabel('Transports').selectOption(transports);
  await page.getByLabel('Gateway').fill(url);
  await page.keyboard.press('Tab');
  await page.keyboard.type(token);
  await page.keyboard.press('Enter');
}

/** What the page says of its connection, once it is that. */
async function said(page: Page, text: RegExp): Promise<string> {
  const line = page.getByRole('status').filter({ hasText: text });
  return line.innerText();
}

const NOTIFICATION = { id: 'n-1', user_id: 7, type: 'login', title: 'Hello', message: 'You are in.' };

test.for(TRANSPORTS)('a page of a listed origin connects over %s and shows what is published', async (transport) => {
  const { redis, gateway, page, events, complaints } = await stage();

  await connect(page, gateway, TOKENS.alice, transport);
  expect(await said(page, /^Connected/)).toBe(`Connected as user 7 over ${transport}.`);
  await redis.publish('notifications', NOTIFICATION);

  const event = events.filter({ hasText: 'notification-received' });
  expect(JSON.parse(await event.locator('pre').innerText())).toEqual(NOTIFICATION);
  expect(await events.last().innerText()).toContain('connected');
  expect(complaints).toEqual([]);
});

test.for(TRANSPORTS)('a page of an origin that is not listed is refused over %s', async (transport) => {
  const { gateway, page, events, complaints } = await stage('http://127.0.0.1:1');

  await connect(page, gateway, TOKENS.alice, transport);

  const error = transport === 'websocket' ? 'websocket error' : 'xhr poll error';
  expect(await said(page, /^Not connected \(/)).toBe(
    `Not connected (${error}), trying again by itself. If this lasts: does the gateway run, and is ${origin} in its CORS_ORIGIN?`,
  );
  expect(await events.count()).toBe(0);
  expect(await gateway.metric('websocket_connections_failed_total{rejection="origin-refused"}')).toBeGreaterThan(0);
  expect(await gateway.get('/health')).toMatchObject({ body: { connections: 0 } });
  // The browser's own words about the refusal, and nothing else.
  const expected =
    transport === 'websocket' ? /Unexpected response code: 403/ : /blocked by CORS policy|status of 403|ERR_FAILED/;
  expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
});

test.for(TRANSPORTS)('a bad token over %s is refused with its reason, and a good one gets in', async (transport) => {
  const { gateway, page, complaints } = await stage();

  await connect(page, gateway, 'wrong', transport);
  expect(await said(page, /^Refused/)).toBe(
    'Refused (token-invalid): unauthorized: the token is invalid or has expired. Enter another token and connect again.',
  );

  await connect(page, gateway, TOKENS.bob, transport);
  expect(await said(page, /^Connected/)).toContain('Connected as user 8');
  // A stock client that was refused while polling says goodbye and polls once more, both at the same time.
  const expected = transport === 'polling' ? /status of 400/ : /^$/;
  expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
});

test('markup in a payload is shown as text and does not run', async () => {
  const { redis, gateway, page, events, complaints } = await stage();
  await connect(page, gateway, TOKENS.alice, 'websocket');
  await said(page, /^Connected/);

  const markup = `<img src="x" onerror="document.title='ran'"><script>document.title='ran'</script>`;
  await redis.publish('notifications', { ...NOTIFICATION, title: markup });

  const event = events.filter({ hasText: 'notification-received' });
  expect(JSON.parse(await event.locator('pre').innerText())).toEqual({ ...NOTIFICATION, title: markup });
  expect(await event.locator('pre *').count()).toBe(0);
  expect(await page.title()).toBe('Gateway listener');
  expect(complaints).toEqual([]);
});

test('a ping is answered, and before there is a connection the page says so', async () => {
  const { gateway, page, events } = await stage();
  await page.getByRole('button', { name: 'Ping' }).press('Enter');
  expect(await said(page, /^Connect first/)).toBe('Connect first, then ping.');

  await connect(page, gateway, TOKENS.alice, 'websocket');
  await said(page, /^Connected/);
  await page.getByRole('button', { name: 'Ping' }).press('Enter');
  expect(await said(page, /^Ping/)).toMatch(/^Ping answered in \d+ ms\.$/);
  expect(await events.filter({ hasText: 'pong' }).locator('pre').innerText()).toMatch(/"timestamp": \d+/);
});

test('the page comes back by itself after the gateway restarts', async () => {
  const { environment, gateway, page } = await stage();
  await connect(page, gateway, TOKENS.alice, 'websocket');
  await said(page, /^Connected/);

  await gateway.stop();
  await said(page, /^(Disc|Not c)onnected \(.*by itself/);

  await startGateway({ ...environment, PORT: String(gateway.port) });
  expect(await said(page, /^Connected/)).toBe('Connected as user 7 over websocket.');
});

test('where websockets do not get through, the page falls back to polling', async () => {
  const { gateway, page } = await stage();
  const proxy = await startProxyWithoutWebsockets(gateway.port);
  await connect(page, proxy, TOKENS.alice, 'websocket,polling');
  expect(await said(page, /^Connected/)).toBe('Connected as user 7 over polling.');
});

/** Like many a company's: it passes HTTP on and answers upgrades with an error. */
async function startProxyWithoutWebsockets(port: number): Promise<{ url: string }> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onwards = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);
  });
  proxy.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const own = await freePort();
  proxy.listen(own, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${own}` };
}

test('the page is light or dark, as the system is', async () => {
  const { page } = await openPage(browser, origin);
  const colors = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    colors.push(await page.evaluate('getComputedStyle(document.body).color'));
  }
  expect(new Set(colors).size).toBe(2);
});
