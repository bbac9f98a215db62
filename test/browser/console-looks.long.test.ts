import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './chromium.ts';
import {
  NOTIFICATION,
  PHONE,
  button,
  cell,
  faintTexts,
  openStage,
  overflow,
  plantRoutes,
  section,
} from './pages-stage.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

const LONG = 'a-route-whose-name-is-very-long-and-has-no-place-to-break'.repeat(2);

test('on a phone everything is one column, however long a name is', async () => {
  const { environment } = plantRoutes(`
  ${LONG}:
    channel: [${LONG}-one, ${LONG}-two]
    event: ${LONG}
    schema: ../schemas/notification.schema.json
    target: { users: [user_id] }
`);
  const { redis, page, complaints } = await openStage(browser, '/console', environment, PHONE);
  await button(page, LONG).click();
  await page.getByText('The schema as JSON').click();
  await button(page, 'Explain this example').click();
  await page.getByLabel('with payloads').check();
  await button(page, 'Start').click();
  await page.getByText('Running; nothing').waitFor();
  await redis.publish(`${LONG}-two`, { ...NOTIFICATION, title: 'x'.repeat(500) });
  await redis.publish(`${LONG}-two`, { user_id: 7 });
  await cell(page, LONG, 'Dropped').getByText('1 invalid').waitFor();
  await section(page, 'Explain a message').getByRole('heading', { name: LONG }).waitFor();
  expect(await overflow(page)).toBe(0);
  expect(complaints).toEqual([]);
});

test.for(['light', 'dark'] as const)('each text can be read in %s', async (colorScheme) => {
  const { redis, page } = await openStage(browser, '/console', {}, { colorScheme });
  await button(page, 'notifications').click();
  await button(page, 'Explain this example').click();
  await button(page, 'Start').click();
  await page.getByText('Running; nothing').waitFor();
  await redis.publish('notifications', NOTIFICATION);
  await redis.publish('notifications', { user_id: 7 });
  await cell(page, 'notifications', 'Dropped').getByText('1 invalid').waitFor();
  await page.getByLabel('Token').fill('wrong');
  await button(page, 'Connect').click();
  await page.getByText(/^Refused/).waitFor();
  expect(await faintTexts(page)).toEqual([]);
  expect(await page.evaluate('getComputedStyle(document.body).colorScheme')).toBe('light dark');
});
