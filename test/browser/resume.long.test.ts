import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { stageDurable } from '../durable/stage.ts';
import { TOKENS } from '../support/auth-service.ts';
import { createClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { launchBrowser, openPage } from './chromium.ts';

const CLIENT = new URL('../../node_modules/socket.io-client/dist/socket.io.js', import.meta.url);

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

/** The block of docs/durable-routes.md, to the letter but for the names of the route's event and of the handler's own. */
function readmeCode(): string {
  const section = readFileSync('docs/durable-routes.md', 'utf8').split('\n## In a browser\n')[1] ?? '';
  const code = /^```javascript\n(.*?)^```$/ms.exec(section)?.[1];
  if (code === undefined) throw new Error('no code under "In a browser"');
  return code.replace("listen('notification-received', show);", "listen('news', show);");
}

test('the code of the docs is ten lines at most', () => {
  expect(readmeCode().trimEnd().split('\n').length).toBeLessThanOrEqual(10);
});

/** A page that is this code, with what that code takes for granted. */
async function servePage(url: string): Promise<string> {
  const script = `
    const url = ${JSON.stringify(url)};
    const token = () => ${JSON.stringify(TOKENS.alice)};
    const [shown, loaded] = [[], []];
    const show = (payload) => shown.push(payload.n);
    const loadStateOf = (route) => loaded.push(route);
    ${readmeCode()}`;
  const server = createServer((request, response) => {
    const isPage = request.url === '/';
    response.setHeader('Content-Type', isPage ? 'text/html' : 'text/javascript');
    if (isPage)
      response.end(
        `<!doctype html><link rel="icon" href="data:,"><script src="/io.js"></script><script>${script}</script>`,
      );
    else response.end(readFileSync(CLIENT));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the page has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Two gateways at one Redis; the page reaches either through the proxy, which may be cut. */
async function stage(lines?: string) {
  const durable = await stageDurable(lines);
  const proxy = await startTcpProxy(0);
  const origin = await servePage(`http://127.0.0.1:${proxy.port}`);
  const environment = { ...durable.environment, CORS_ORIGIN: origin };
  const gateways = [await startGateway(environment), await startGateway(environment)];
  await Promise.all(gateways.map((gateway) => untilReady(gateway)));
  const [first, second] = gateways;
  if (!first || !second) throw new Error('two gateways were started');
  proxy.leadTo(first.port);
  const bystander = createClient(second.url, { auth: { token: TOKENS.alice } });
  await bystander.next('connected');
  const { page, complaints } = await openPage(browser, origin);
  await live(page);
  return { ...durable, proxy, second, bystander, page, complaints };
}

/** Once the page has the position of what it missed, it is live. */
async function live(page: Page): Promise<void> {
  await page.waitForFunction('socket.connected && last.news');
}

const shownOn = (page: Page): Promise<unknown> => page.evaluate('shown');
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('the code of the docs: offline while events are added, and then all are there, in order, none twice', async () => {
  const { page, proxy, second, add, bystander, complaints } = await stage();
  for (const n of numbers(1, 3)) await add(n);
  await expect.poll(() => shownOn(page)).toEqual(numbers(1, 3));

  proxy.reset();
  await page.waitForFunction('!socket.connected');
  for (const n of numbers(4, 40)) await add(n);
  for (const _ of numbers(4, 40)) await bystander.next('news');
  expect(await shownOn(page)).toEqual(numbers(1, 3));

  // It comes back to another instance, which has not seen it before.
  proxy.leadTo(second.port);
  proxy.pass();
  await expect.poll(() => shownOn(page), { timeout: 15_000 }).toEqual(numbers(1, 40));
  await add(41);
  await expect.poll(() => shownOn(page)).toEqual(numbers(1, 41));
  expect(await page.evaluate('loaded')).toEqual([]);
  expect(complaints.filter((text) => !/ERR_CONNECTION|ERR_EMPTY_RESPONSE|WebSocket connection/.test(text))).toEqual([]);
}, 60_000);

test('the code of the docs: an event that comes again has no effect, one of another history has', async () => {
  const { page, add } = await stage();
  for (const n of [1, 2]) await add(n);
  await expect.poll(() => shownOn(page)).toEqual([1, 2]);
  const hears = (n: number, meta: string): Promise<unknown> =>
    page.evaluate(`socket.listeners('news').forEach((hear) => hear({ n: ${n} }, ${meta}))`);
  await hears(2, '{ route: "news", ...last.news }');
  await hears(1, '{ route: "news", e: last.news.e, id: "0" }');
  expect(await shownOn(page)).toEqual([1, 2]);
  await hears(3, '{ route: "news", e: "another", id: last.news.id }');
  expect(await shownOn(page)).toEqual([1, 2, 3]);
}, 60_000);

test('the code of the docs: a page that was closed continues from its position', async () => {
  const { page, add, bystander } = await stage();
  await add(1);
  await expect.poll(() => shownOn(page)).toEqual([1]);
  const url = page.url();
  await page.goto('about:blank');
  for (const n of numbers(2, 5)) await add(n);
  for (const _ of numbers(1, 5)) await bystander.next('news');

  await page.goto(url);
  await expect.poll(() => shownOn(page)).toEqual(numbers(2, 5));
  await add(6);
  await expect.poll(() => shownOn(page)).toEqual(numbers(2, 6));
}, 60_000);

test('the code of the docs: of more than a replay may bring, the page loads its state, once, and is live', async () => {
  const { page, proxy, add, bystander } = await stage('source: { replay: { events: 3 } }');
  await add(1);
  await expect.poll(() => shownOn(page)).toEqual([1]);

  proxy.reset();
  await page.waitForFunction('!socket.connected');
  for (const n of numbers(2, 5)) await add(n);
  for (const _ of numbers(1, 5)) await bystander.next('news');
  proxy.pass();
  await page.waitForFunction('loaded.length > 0');
  const before = Object(await shownOn(page)).length;
  await add(6);
  await expect.poll(async () => Object(await shownOn(page)).slice(before)).toEqual([6]);
  expect(await page.evaluate('loaded')).toEqual(['news']);
}, 60_000);
