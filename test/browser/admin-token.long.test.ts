import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from './chromium.ts';
import { ADMIN_TOKEN, openStage } from './pages-stage.ts';

const PRODUCTION = { NODE_ENV: 'production', ADMIN_TOKEN };
const PAGES = ['/console', '/docs'] as const;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

const field = (page: Page) => page.getByLabel('Admin token');
/** Something that only who is admitted sees. */
const inside = (page: Page) => page.getByText('user-status-changed').first();

async function enter(page: Page, token: string): Promise<void> {
  await field(page).fill(token);
  await page.keyboard.press('Enter');
}

/** The browser's own words about each refusal, and nothing else. */
const isUnexpected = (complaint: string): boolean => !/status of 401/.test(complaint);

test.for(PAGES)(
  '%s in production asks for the admin token, refuses another one and lets its holder in',
  async (path) => {
    const { page, complaints } = await openStage(browser, path, PRODUCTION);
    await field(page).waitFor();
    expect(await inside(page).count()).toBe(0);
    expect(await field(page).getAttribute('type')).toBe('password');

    await enter(page, 'not-the-token-of-this-gateway');
    await page.getByRole('alert').getByText('The gateway refused this token.').waitFor();
    expect(await inside(page).count()).toBe(0);

    await enter(page, ` ${ADMIN_TOKEN} `);
    await inside(page).waitFor();
    expect(await field(page).count()).toBe(0);
    expect(complaints.filter(isUnexpected)).toEqual([]);
  },
);

test('the token is kept in its tab, through reloads and for both pages, until it is forgotten', async () => {
  const { gateway, page, complaints } = await openStage(browser, '/console', PRODUCTION);
  await enter(page, ADMIN_TOKEN);
  await inside(page).waitFor();
  await page.reload();
  await inside(page).waitFor();
  await page.getByRole('link', { name: 'Documentation' }).click();
  await page.getByRole('heading', { name: 'user-status-changed' }).waitFor();
  expect(await page.context().cookies()).toEqual([]);
  expect(await page.evaluate('localStorage.length')).toBe(0);

  await page.getByRole('button', { name: 'Forget the admin token' }).click();
  await field(page).waitFor();
  await page.reload();
  await field(page).waitFor();

  const another = await openPage(browser, `${gateway.url}/console`);
  await field(another.page).waitFor();
  expect(complaints.filter(isUnexpected)).toEqual([]);
});

test('in production nothing is published from the console, and everything else is there', async () => {
  const { redis, page, complaints } = await openStage(browser, '/console', PRODUCTION);
  await enter(page, ADMIN_TOKEN);
  await page.getByRole('button', { name: 'notifications', exact: true }).click();
  await page.getByRole('button', { name: 'Explain this example' }).click();
  await page.getByRole('region', { name: 'Route notifications' }).waitFor();
  expect(await page.getByRole('button', { name: 'Publish' }).count()).toBe(0);

  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText('Running; nothing has passed yet.').waitFor();
  await redis.publish('user-status', { user_id: 8, status: 'online' });
  await page.locator('ol.messages > li').getByText('not-here').waitFor();
  expect(complaints.filter(isUnexpected)).toEqual([]);
});

test.for(PAGES)('%s in development without ADMIN_TOKEN asks nothing', async (path) => {
  const { page, complaints } = await openStage(browser, path);
  await inside(page).waitFor();
  expect(await field(page).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Forget the admin token' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test.for(PAGES)('%s in production without ADMIN_TOKEN is not there', async (path) => {
  const { page } = await openStage(browser, path, { NODE_ENV: 'production' });
  expect(await page.innerText('body')).toContain('not found');
});
