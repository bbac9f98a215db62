import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { urlOf } from '../sockets/socket-io.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { launchBrowser, openPage } from './chromium.ts';

let browser: Browser;
beforeAll(async () => void (browser = await launchBrowser()));
afterAll(() => browser.close());

const CLIENT = join(
  dirname(createRequire(import.meta.url).resolve('socket.io-client/package.json')),
  'dist/socket.io.min.js',
);

/** Writes `in` or `refused` into the page, for each transport. */
async function pageFor(url: string, options: object = { auth: { token: TOKENS.alice } }): Promise<string> {
  return `<!doctype html><title>page</title><p id="polling"></p><p id="websocket"></p>
<script>${await readFile(CLIENT, 'utf8')}</script>
<script>for (const transport of ['polling', 'websocket']) {
  const socket = io('${url}', { transports: [transport], reconnection: false, ...${JSON.stringify(options)} });
  const tell = (text) => (document.getElementById(transport).textContent = text);
  socket.on('connected', () => tell('in'));
  socket.on('connect_error', () => tell('refused'));
}</script>`;
}

async function gatewayWith(environment: Record<string, string>): Promise<string> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ...environment });
  return gateway.url;
}

function outcomes(place: Page | FrameLocator): Promise<(string | null)[]> {
  return Promise.all(['polling', 'websocket'].map((transport) => place.locator(`#${transport}`).textContent()));
}

const OUTCOMES = [
  ['without CORS_ORIGIN', {}, 'refused'],
  ['with CORS_ORIGIN=null,file://', { CORS_ORIGIN: 'null,file://' }, 'in'],
] as const;

describe.each(OUTCOMES)('in a real browser, %s,', (_, environment, outcome) => {
  test(`a local file is ${outcome}, over both transports`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'origin-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'page.html');
    await writeFile(file, await pageFor(await gatewayWith(environment)));

    const { page } = await openPage(browser, pathToFileURL(file).href);

    await expect.poll(() => outcomes(page), { timeout: 15_000 }).toEqual([outcome, outcome]);
  });

  test(`a sandboxed frame in a page of another site is ${outcome}, over both transports`, async () => {
    const frame = await pageFor(await gatewayWith(environment));
    const http = createServer((request, response) =>
      response
        .setHeader('Content-Type', 'text/html')
        .end(
          request.url === '/frame' ? frame : '<!doctype html><iframe sandbox="allow-scripts" src="/frame"></iframe>',
        ),
    );
    onTestFinished(() => void http.close());

    const { page } = await openPage(browser, await urlOf(http));

    await expect.poll(() => outcomes(page.frameLocator('iframe')), { timeout: 15_000 }).toEqual([outcome, outcome]);
  });
});

test('in a real browser, a page of another port is let in where it is named, in whatever spelling, and else refused', async () => {
  const http = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(content));
  onTestFinished(() => void http.close());
  const { port } = new URL(await urlOf(http));
  let content = '';

  for (const [outcome, environment] of [
    ['in', { CORS_ORIGIN: `ws://127.0.0.1:${port}/` }],
    ['refused', { CORS_ORIGIN: 'http://127.0.0.1' }],
  ] as const) {
    content = await pageFor(await gatewayWith(environment));
    const { page } = await openPage(browser, `http://127.0.0.1:${port}/`);
    await expect.poll(() => outcomes(page), { timeout: 15_000 }).toEqual([outcome, outcome]);
  }
});

test('in a real browser, a page that cannot read its HttpOnly cookie gets in by it where its origin is an entry to the letter', async () => {
  let content = '';
  const cookie = `session=${encodeURIComponent(TOKENS.alice)}; HttpOnly; SameSite=Lax; Path=/`;
  const http = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').setHeader('Set-Cookie', cookie).end(content),
  );
  onTestFinished(() => void http.close());
  const url = await urlOf(http);

  for (const [outcome, environment] of [
    ['in', { CORS_ORIGIN: url, TOKEN_COOKIE: 'session' }],
    ['refused', { CORS_ORIGIN: url, TOKEN_COOKIE: 'another' }],
    ['refused', { CORS_ORIGIN: url }],
  ] as const) {
    content = await pageFor(await gatewayWith(environment), { withCredentials: true });
    const { page } = await openPage(browser, url);
    await expect.poll(() => outcomes(page), { timeout: 15_000 }).toEqual([outcome, outcome]);
  }
});
