import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { launchBrowser } from './chromium.ts';
import { faintTexts, openStage, overflow, PHONE, plantRoutes, tabTo } from './pages-stage.ts';

const METARGB = { ROUTES_FILE: 'config/routes.metargb.yaml', AUTH_MODE: 'optional' };

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

const event = (page: Page, name: string) => page.getByRole('region', { name: new RegExp(`^${name}( |$)`) });
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

test('an event shows who receives it, where it comes from, its payload and examples', async () => {
  const { page, complaints } = await openStage(browser, '/docs');
  const sale = event(page, 'feature-status-changed');
  await sale.waitFor();
  const words = oneLine(await sale.innerText());
  expect(words).toContain('Both are told, the old one only if there was one.');
  expect(words).toContain(
    'Received by the users whose ids are in old_owner_id and new_owner_id of the published message',
  );
  expect(words).toContain('Comes from Redis channel feature-status, by route feature-owners');

  const fields = sale.getByRole('table', { name: 'Payload of feature-status-changed' });
  expect(await fields.getByRole('rowheader').allInnerTexts()).toEqual([
    'feature_id',
    'old_owner_id',
    'new_owner_id',
    'timestamp',
  ]);
  const owner = oneLine(await fields.getByRole('row', { name: /^new_owner_id/ }).innerText());
  // Said by another schema, which the field refers to.
  expect(owner).toMatch(/^new_owner_id integer or string required Who has it now\. ≥ 1 · ≤ 9007199254740991/);
  expect(oneLine(await fields.getByRole('row', { name: /^timestamp/ }).innerText())).toMatch(/string or null optional/);
  const examples = await sale.locator('pre').allInnerTexts();
  expect(examples.map((text): unknown => JSON.parse(text))).toEqual(examplesOf('feature-status'));
  expect(complaints).toEqual([]);
});

function examplesOf(name: string): unknown {
  const schema: { examples: unknown } = JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8'));
  return schema.examples;
}

test('the events of the gateway itself are shown too, and their direction', async () => {
  const { page } = await openStage(browser, '/docs');
  await event(page, 'connected').waitFor();
  const userId = event(page, 'connected').getByRole('row', { name: /^userId/ });
  expect(oneLine(await userId.innerText())).toContain('optional Absent for anonymous clients.');
  expect(await event(page, 'ping').innerText()).toContain('sent by clients');
  expect(await event(page, 'pong').innerText()).toContain('Milliseconds since 1970.');
});

test('an event of a durable route shows its stream and the second argument, and what the gateway reports about positions', async () => {
  const routes = plantRoutes(`
  news:
    source: stream
    event: news-came
    schema: ../schemas/notification.schema.json
    target: { user: user_id }
`);
  const { page, complaints } = await openStage(browser, '/docs', routes.environment);
  const news = event(page, 'news-came');
  await news.waitFor();
  expect(oneLine(await news.innerText())).toContain('Comes from Redis stream news, by route news');
  const meta = news.getByRole('table', { name: 'Second argument of news-came' });
  expect(await meta.getByRole('rowheader').allInnerTexts()).toEqual(
    expect.arrayContaining(['route', 'e', 'id', 'traceparent']),
  );
  expect(await event(page, 'gateway:reset').innerText()).toContain('Reload its state');
  expect(complaints).toEqual([]);
});

test('an event of several routes shows each of them', async () => {
  const { page, complaints } = await openStage(browser, '/docs', METARGB);
  const status = event(page, 'user-status-changed');
  await status.waitFor();
  expect(await status.getByRole('heading', { level: 3, name: /^As route/ }).allInnerTexts()).toEqual([
    'As route user-status-changed makes it',
    'As route user-status makes it',
  ]);
  expect(oneLine(await status.innerText())).toContain('Received by every client, also without a token');
  // The shape that clients get, not the one that is published.
  for (const table of await status.getByRole('table').all())
    expect(await table.getByRole('rowheader').allInnerTexts()).toEqual(['(payload)', 'user_id', 'online']);
  expect(await event(page, 'feature-status-changed').innerText()).toContain('feature-events and feature-status');
  expect(complaints).toEqual([]);
});

test('the client on the page connects and receives the events, as it stands', async () => {
  const { redis, page } = await openStage(browser, '/docs');
  const code = await page.getByRole('region', { name: 'Connecting' }).locator('pre').innerText();
  const storage = `Object.defineProperty(globalThis, 'localStorage', { value: { getItem: () => '${TOKENS.alice}' } });`;
  const client = spawn(process.execPath, ['--input-type=module', '--eval', storage + code]);
  onTestFinished(() => void client.kill());
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('in 7 true');
  await redis.publish('user-status', { user_id: 8, status: 'online' });
  expect((await lines.next()).value).toBe("{ user_id: 8, status: 'online' }");
});

test('an event is found by name, route or channel, and reached by its anchor', async () => {
  const { gateway, page, complaints } = await openStage(browser, '/docs');
  const contents = page.getByRole('complementary', { name: 'Contents' });
  await contents.getByLabel('Find an event').fill('owners');
  expect(await page.locator('section.event').count()).toBe(1);
  expect(await contents.getByRole('link').allInnerTexts()).toEqual(['Connecting', 'feature-status-changed']);
  expect(await contents.getByRole('status').innerText()).toBe('1 of 10 events');

  await tabTo(page, contents.getByRole('link', { name: 'feature-status-changed' }));
  await page.keyboard.press('Enter');
  expect(page.url()).toBe(`${gateway.url}/docs#event-feature-status-changed`);

  await page.goto(`${gateway.url}/docs#event-pong`);
  await page.reload();
  await event(page, 'pong').waitFor();
  await expect
    .poll(() => page.evaluate("document.getElementById('event-pong').getBoundingClientRect().top < innerHeight"))
    .toBe(true);
  expect(complaints).toEqual([]);
});

test('the AsyncAPI document can be taken away', async () => {
  const { page, gateway } = await openStage(browser, '/docs');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download the AsyncAPI document' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('asyncapi.json');
  const taken: unknown = JSON.parse(readFileSync(await download.path(), 'utf8'));
  expect(taken).toEqual((await gateway.get('/admin/asyncapi')).body);
});

test('a gateway that does not answer is reported in words', async () => {
  const { page, complaints } = await openStage(browser, '/console');
  await page.route('**/admin/asyncapi', (route) => route.abort());
  await page.getByRole('link', { name: 'Documentation' }).click();
  await page
    .getByRole('alert')
    .getByText(/The gateway does not answer.+Load the page again/)
    .waitFor();
  expect(complaints).toEqual([expect.stringContaining('ERR_FAILED')]);
});

test.for([{}, METARGB])('on a phone everything is one column: %j', async (environment) => {
  const { page, complaints } = await openStage(browser, '/docs', environment, PHONE);
  await event(page, 'pong').waitFor();
  expect(await overflow(page)).toBe(0);
  expect(complaints).toEqual([]);
});

test.for(['light', 'dark'] as const)('each text can be read in %s', async (colorScheme) => {
  const { page } = await openStage(browser, '/docs', {}, { colorScheme });
  await event(page, 'pong').waitFor();
  expect(await faintTexts(page)).toEqual([]);
});
