import { writeFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway } from '../support/gateway.ts';
import { launchBrowser } from './chromium.ts';
import { NOTIFICATION, button, cell, hasFocus, openStage, plantRoutes, section, tabTo } from './pages-stage.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

test('the top shows whether all is well, the plan, and who is there', async () => {
  const { gateway, page, complaints } = await openStage(browser, '/console');
  await connectClient(gateway.url, TOKENS.alice);
  await connectClient(gateway.url, TOKENS.alice);

  const state = section(page, 'State of the gateway');
  await state
    .getByText('Connections2')
    .or(state.locator('div', { hasText: /^Connections\s*2$/ }))
    .waitFor();
  const text = (await state.innerText()).replaceAll(/\s+/g, ' ');
  expect(text).toMatch(
    /^Ready Plan 1 [0-9a-f]{12} Loaded .+ Routes 3 Connections 2 Users 1 Version \d+\.\d+\.\d+ Mode development$/,
  );
  expect(complaints).toEqual([]);
});

test('a route shows its channels, event and target, and counts what passes', async () => {
  const { gateway, redis, page, complaints } = await openStage(browser, '/console');
  await connectClient(gateway.url, TOKENS.alice);
  expect(await cell(page, 'notifications', 'Channel').innerText()).toBe('notifications → notification-received');
  expect(await cell(page, 'notifications', 'Target').innerText()).toBe('users in user_id');
  expect(await cell(page, 'notifications', 'Last').innerText()).toBe('none yet');

  await redis.publish('notifications', NOTIFICATION);
  await redis.publish('notifications', { ...NOTIFICATION, user_id: 8 });
  await redis.publish('notifications', { ...NOTIFICATION, title: 5150 });

  await cell(page, 'notifications', 'Dropped').getByText('1 invalid').waitFor();
  expect(await cell(page, 'notifications', 'Dropped').innerText()).toMatch(
    /1 invalid .+: it breaks the schema: must be string \(#\/properties\/title\/type\)/,
  );
  expect(await cell(page, 'notifications', 'Delivered').innerText()).toBe('1');
  expect(await cell(page, 'notifications', 'Not here').innerText()).toBe('1');
  expect(await cell(page, 'notifications', 'Last').innerText()).toMatch(/now|ago/);
  expect(Number(await cell(page, 'notifications', 'Messages/s').innerText())).toBeGreaterThan(0);
  // Who may see places of failure may not therefore see payloads.
  expect(await page.content()).not.toContain('5150');

  await page.getByLabel('only with drops').check();
  expect(await page.getByRole('status').filter({ hasText: 'routes' }).innerText()).toBe('1 of 3 routes');
  expect(complaints).toEqual([]);
});

test('routes are found by name, channel or event', async () => {
  const { page } = await openStage(browser, '/console');
  await page.getByLabel('Find').fill('feature changed');
  expect(await page.locator('table.routes button.opener').allInnerTexts()).toEqual(['feature-owners']);
  await page.getByLabel('Find').fill('nothing of that');
  expect(await page.getByRole('status').filter({ hasText: 'routes' }).innerText()).toBe('0 of 3 routes');
});

test('with the keyboard alone: open a route, have its example explained, publish it, close it', async () => {
  const { gateway, page, complaints } = await openStage(browser, '/console');
  const client = await connectClient(gateway.url, TOKENS.alice);
  await button(page, 'notifications').waitFor();

  await tabTo(page, button(page, 'notifications'));
  await page.keyboard.press('Enter');
  const details = page.getByRole('group', { name: 'Details of notifications' });
  const fields = details.getByRole('table', { name: 'Payload of notifications' });
  expect(await fields.getByRole('row', { name: 'user_id' }).innerText()).toMatch(/integer or string\s+required/);
  await tabTo(page, details.getByText('The schema as JSON'));
  await page.keyboard.press('Enter');
  expect(await details.locator('details pre').innerText()).toContain('"required"');

  await tabTo(page, button(page, 'Publish').first());
  await page.keyboard.press('Enter');
  await details.getByText('Published; 1 Redis connection got it.').waitFor();
  await client.next('notification-received');

  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  const explain = section(page, 'Explain a message');
  await explain.getByText('notification-received').waitFor();
  expect(await hasFocus(explain.getByRole('heading', { name: 'Explain a message' }))).toBe(true);

  await button(page, 'notifications').focus();
  await tabTo(page, button(page, 'Close'));
  await page.keyboard.press('Escape');
  expect(await details.count()).toBe(0);
  expect(await hasFocus(button(page, 'notifications'))).toBe(true);
  expect(complaints).toEqual([]);
});

test('a reload that is refused is shown with its findings, until the file is in order again', async () => {
  const { environment, text } = plantRoutes();
  const { gateway, page, complaints } = await openStage(browser, '/console', environment);
  await writeFile(environment.ROUTES_FILE, text.replace('event: user-status-changed', 'evnt: user-status-changed'));
  await gateway.reload();

  const refused = section(page, 'The last reload was refused');
  await refused.waitFor();
  expect(await refused.getByText('Plan 1 stays in force.').count()).toBe(1);
  const finding = refused.getByRole('row', { name: 'unknown-key' });
  expect((await finding.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /routes\.yaml:\d+:\d+ error route “user-status”: unknown key "evnt"; allowed here: .+\. Did you mean "event"\? unknown-key/,
  );

  await writeFile(environment.ROUTES_FILE, text.replace('event: user-status-changed', 'event: user-moved'));
  await gateway.reload();
  await refused.waitFor({ state: 'detached' });
  await section(page, 'State of the gateway')
    .getByText(/^2 [0-9a-f]{12}$/)
    .waitFor();
  expect(await cell(page, 'user-status', 'Channel').innerText()).toBe('user-status → user-moved');
  expect(complaints).toEqual([]);
});

test('a gateway that is degraded, stopped or back again is shown as such', async () => {
  const { redis, environment, gateway, page, complaints } = await openStage(browser, '/console');
  const state = section(page, 'State of the gateway');
  await state.getByText('Ready', { exact: true }).waitFor();
  await redis.stop();
  await state.getByText('redis: not connected, or it does not answer').waitFor();

  await gateway.stop();
  await page
    .getByRole('alert')
    .getByText(/does not answer.+This page asks again by itself/)
    .waitFor();
  await startGateway({ ...environment, PORT: String(gateway.port) });
  await state.getByText('Not ready').waitFor();
  expect(complaints.filter((text) => !/ERR_CONNECTION|ERR_EMPTY|ERR_INCOMPLETE|ERR_SOCKET/.test(text))).toEqual([]);
});
