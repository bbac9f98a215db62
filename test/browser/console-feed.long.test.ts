import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { launchBrowser } from './chromium.ts';
import { NOTIFICATION, button, cell, openStage, plantRoutes, section } from './pages-stage.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

test('the feed shows messages as they pass, payloads on demand, and stops', async () => {
  const { redis, gateway, page, complaints } = await openStage(browser, '/console');
  await connectClient(gateway.url, TOKENS.alice);
  const feed = section(page, 'Live feed');
  const entries = feed.getByRole('region', { name: 'Messages, newest first' }).locator('ol > li');
  await button(page, 'Start').click();
  await feed.getByText('Running; nothing has passed yet.').waitFor();

  await redis.publish('notifications', NOTIFICATION);
  await redis.publish('notifications', { ...NOTIFICATION, user_id: 8 });
  await redis.publish('notifications', { ...NOTIFICATION, title: 1 });
  await redis.publish('feature-status', '[]');
  await entries.nth(3).waitFor();
  const texts = (await entries.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
  expect(texts[3]).toMatch(
    /notifications 79 bytes delivered by notifications as notification-received to 1 connection$/,
  );
  expect(texts[2]).toMatch(/not-here by notifications/);
  expect(texts[1]).toMatch(/dropped by notifications as notification-received: invalid, .+\/title/);
  expect(texts[0]).toMatch(/feature-status 2 bytes dropped .*not-object/);
  expect(await entries.locator('pre').count()).toBe(0);

  await feed.getByLabel('Outcome').selectOption('dropped');
  expect(await entries.count()).toBe(2);
  await feed.getByLabel('Route').selectOption('notifications');
  expect(await entries.count()).toBe(1);
  await feed.getByLabel('Route').selectOption('all');
  await feed.getByLabel('Outcome').selectOption('all');

  await feed.getByLabel('with payloads').check();
  await feed.getByText('Running; the newest').waitFor();
  await redis.publish('notifications', NOTIFICATION);
  expect(await entries.first().locator('pre').innerText()).toBe(JSON.stringify(NOTIFICATION));

  await button(page, 'Pause').click();
  await redis.publish('notifications', NOTIFICATION);
  await feed.getByText('Paused; there is more.').waitFor();
  expect(await entries.count()).toBe(5);
  await button(page, 'Pause').click();
  await entries.nth(5).waitFor();

  await button(page, 'Stop').click();
  await feed.getByText('Stopped; what came before is still here.').waitFor();
  await feed.getByRole('button', { name: 'Clear' }).click();
  expect(await entries.count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('a flood does not flood the page: it keeps the newest and reports what was left out', async () => {
  const { redis, page, complaints } = await openStage(browser, '/console');
  const feed = section(page, 'Live feed');
  await button(page, 'Start').click();
  await feed.getByText('Running; nothing').waitFor();
  // Some each second are told, and the next one tells how many were not.
  const passing = new AbortController();
  const flood = (async () => {
    while (!passing.signal.aborted) await redis.publish('user-status', { user_id: 8, status: 'online' });
  })();
  await feed.getByText(/messages passed too fast to be shown here/).waitFor();
  passing.abort();
  await flood;
  expect(await feed.locator('ol.messages > li').count()).toBeLessThanOrEqual(300);
  expect(complaints).toEqual([]);
});

test('a route shows its when, and the feed and the table what it passes over', async () => {
  const { environment } = plantRoutes(`
  sales:
    channel: notifications
    when: { type: sale }
    event: sale-made
    schema: ../schemas/notification.schema.json
    target: { user: user_id }
`);
  const { redis, gateway, page, complaints } = await openStage(browser, '/console', environment);
  await connectClient(gateway.url, TOKENS.alice);
  const feed = section(page, 'Live feed');
  const entries = feed.getByRole('region', { name: 'Messages, newest first' }).locator('ol > li');
  await button(page, 'Start').click();
  await feed.getByText('Running; nothing has passed yet.').waitFor();

  await redis.publish('notifications', NOTIFICATION);
  await redis.publish('notifications', { ...NOTIFICATION, type: 'sale' });
  await entries.nth(1).waitFor();
  expect(await entries.last().innerText()).toMatch(/delivered by notifications[^]*passed-over by sales/);
  expect(await entries.first().innerText()).not.toContain('passed-over');
  await feed.getByLabel('Outcome').selectOption('passed-over');
  expect(await entries.count()).toBe(1);

  await page.getByText('when {"type":"sale"}').waitFor();
  await cell(page, 'sales', 'Passed over').getByText('1', { exact: true }).waitFor();
  await cell(page, 'notifications', 'Passed over').getByText('0', { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});
