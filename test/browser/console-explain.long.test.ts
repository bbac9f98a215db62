import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { launchBrowser } from './chromium.ts';
import { button, cell, openStage, plantRoutes, section } from './pages-stage.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

test('a pasted message is explained: who is meant, the rooms, what clients get, and whether a user receives it', async () => {
  const { gateway, page, complaints } = await openStage(browser, '/console');
  await connectClient(gateway.url, TOKENS.bob);
  const explain = section(page, 'Explain a message');

  await explain.getByLabel('Redis channel').fill('feature-status');
  await explain.getByLabel('Payload').fill('{"feature_id":1,"old_owner_id":"99999999999999999999","new_owner_id":8}');
  await explain.getByLabel('Would this user receive it?').fill('7');
  await explain.getByLabel('Payload').press('Control+Enter');

  const route = explain.getByRole('region', { name: 'Route feature-owners' });
  const words = (await route.innerText()).replaceAll(/\s+/g, ' ');
  expect(words).toContain('Schema valid, by ../schemas/feature-status.schema.json');
  expect(words).toContain('old_owner_id?: skipped, no user ids: "99999999999999999999"');
  expect(words).toContain('new_owner_id: user 8');
  expect(words).toContain('Rooms user:8');
  expect(words).toContain('Reaches now 1 connection of this instance');
  expect(words).toContain('Event feature-status-changed, 71 bytes');
  expect(words).toContain('User 7 does not receive it: user 7 is not in old_owner_id, new_owner_id');
  expect(await explain.innerText()).toContain('User 7 has 0 connections to this instance.');
  expect(complaints).toEqual([]);
});

test('a broken message is explained place by place, and a channel that was misspelt is put right', async () => {
  const { page, complaints } = await openStage(browser, '/console');
  const explain = section(page, 'Explain a message');
  await explain.getByLabel('Redis channel').fill('notificatons');
  await explain.getByLabel('Payload').fill('{"id":true,"user_id":"07","type":"","title":"x"}');
  await button(page, 'Explain').click();
  await explain.getByText('No route names the channel notificatons').waitFor();

  await button(page, 'Take notifications instead').click();
  const broken = explain.getByRole('table', { name: 'Rules that the message breaks' });
  await broken.waitFor();
  expect(await broken.getByRole('rowheader').allInnerTexts()).toEqual(
    expect.arrayContaining(['(message)', '/id', '/user_id', '/type']),
  );
  expect(
    await broken
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: '/type', exact: true }) })
      .innerText(),
  ).toMatch(/fewer than 1 char[\s\S]+""/);
  expect(await explain.getByText('Dropped').locator('xpath=following-sibling::dd[1]').innerText()).toMatch(/^invalid/);

  await explain.getByLabel('Payload').fill('{"id":');
  await button(page, 'Explain').click();
  await explain.getByText(/6 bytes: dropped as not-json/).waitFor();
  expect(complaints).toEqual([]);
});

test('what cannot be asked is said in words', async () => {
  const { page, complaints } = await openStage(browser, '/console');
  const explain = section(page, 'Explain a message');
  await explain.getByLabel('Redis channel').fill('notifications');
  await explain.getByLabel('Would this user receive it?').fill('alice');
  await button(page, 'Explain').click();
  await explain
    .getByText('The gateway says: user: found "alice". Allowed is anonymous, or a user id: a whole number')
    .waitFor();
  expect(complaints).toEqual([expect.stringContaining('status of 400')]);
});

test('what a route would drop is published only when that is insisted on', async () => {
  const { page, complaints } = await openStage(browser, '/console');
  const explain = section(page, 'Explain a message');
  await explain.getByLabel('Redis channel').fill('notifications');
  await explain.getByLabel('Payload').fill('{"user_id":7}');
  await explain.getByRole('button', { name: 'Publish', exact: true }).click();
  await explain.getByText(/route "notifications" drops it because it breaks the schema/).waitFor();

  await button(page, 'Publish it all the same').click();
  await explain.getByText('Published; 1 Redis connection got it.').waitFor();
  await cell(page, 'notifications', 'Dropped').getByText('1 invalid').waitFor();
  expect(complaints).toEqual([expect.stringContaining('status of 422')]);
});

test('the effects of a shadow route are marked as such', async () => {
  const { environment } = plantRoutes(`
  trial:
    channel: notifications
    event: notification-tried
    schema: ../schemas/notification.schema.json
    target: broadcast
    shadow: true
`);
  const { redis, page, complaints } = await openStage(browser, '/console', environment);
  await button(page, 'Start').click();
  await page.getByText('Running; nothing').waitFor();
  await button(page, 'trial').click();
  await button(page, 'Explain this example').click();
  const route = section(page, 'Explain a message').getByRole('region', { name: 'Route trial' });
  await route.getByText('A shadow: nothing of this is delivered, it is what would be.').waitFor();
  expect(
    await page
      .getByRole('row')
      .filter({ has: button(page, 'trial') })
      .getByText('shadow')
      .count(),
  ).toBe(1);

  await redis.publish('notifications', { id: 1, user_id: 7, type: 'login', title: '', message: '' });
  await section(page, 'Live feed').getByLabel('Outcome').selectOption('shadow');
  await page.locator('ol.messages').getByText('shadow by trial as notification-tried').waitFor();
  expect(complaints).toEqual([]);
});
