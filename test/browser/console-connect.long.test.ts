import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { launchBrowser } from './chromium.ts';
import { NOTIFICATION, button, openStage, section } from './pages-stage.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

test.for(['websocket only', 'polling only', 'websocket, then polling'])(
  'a client with a token hears what a browser would, %s',
  async (transports) => {
    const { redis, page, complaints } = await openStage(browser, '/console');
    const connect = section(page, 'Connect as a client');
    await connect.getByLabel('Transports').selectOption(transports);
    await connect.getByLabel('Token').fill(TOKENS.alice);
    await connect.getByLabel('Token').press('Enter');
    const transport = transports.startsWith('polling') ? 'polling' : 'websocket';
    await connect.getByText(`Connected as user 7 over ${transport}.`).waitFor();

    await redis.publish('notifications', NOTIFICATION);
    const received = connect.getByRole('log').getByRole('listitem');
    const event = received.filter({ hasText: 'notification-received' });
    expect(JSON.parse(await event.locator('pre').innerText())).toEqual(NOTIFICATION);
    expect(await event.locator('time').innerText()).toMatch(/^\d\d:\d\d:\d\d$/);

    await button(page, 'Ping').click();
    await connect.getByText(/^Ping answered in \d+ ms\.$/).waitFor();
    // Over polling it may come with another answer than the acknowledgement.
    await received.first().filter({ hasText: 'pong' }).waitFor();

    await button(page, 'Disconnect').click();
    await connect.getByText('Not connected.', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  },
);

test('a client that requests notices receives why it is closed', async () => {
  const { gateway, page } = await openStage(browser, '/console');
  const connect = section(page, 'Connect as a client');
  await connect.getByLabel('Token').fill(TOKENS.alice);
  await connect.getByLabel('with notices, positions and trace contexts').check();
  await button(page, 'Connect').click();
  await connect.getByText('Connected as user 7').waitFor();
  await gateway.stop();
  const closing = connect.getByRole('listitem').filter({ hasText: 'gateway:closing' });
  expect(JSON.parse(await closing.locator('pre').innerText())).toMatchObject({ code: 'draining', retry: true });
});

test('a token that is refused is shown with code, reason and what the client does next', async () => {
  const { page, complaints } = await openStage(browser, '/console');
  const connect = section(page, 'Connect as a client');
  await connect.getByLabel('Token').fill('wrong');
  await button(page, 'Connect').click();
  await connect
    .getByText(
      'Refused (token-invalid): unauthorized: the token is invalid or has expired. The client does not try again by itself (retry: false).',
    )
    .waitFor();
  expect(complaints).toEqual([]);
});

test('without a token the client is anonymous, where the gateway allows that', async () => {
  const { page, complaints } = await openStage(browser, '/console', { AUTH_MODE: 'optional' });
  await button(page, 'Connect').click();
  await section(page, 'Connect as a client').getByText('Connected as anonymous over websocket.').waitFor();
  expect(complaints).toEqual([]);
});

test('markup in a payload is shown as text and does not run', async () => {
  const { redis, page, complaints } = await openStage(browser, '/console');
  const connect = section(page, 'Connect as a client');
  await connect.getByLabel('Token').fill(TOKENS.alice);
  await button(page, 'Connect').click();
  await page.getByLabel('with payloads').check();
  await button(page, 'Start').click();
  await connect.getByText(/^Connected as/).waitFor();
  await page.getByText('Running; nothing').waitFor();

  const markup = `<img src="x" onerror="document.title='ran'"><script>document.title='ran'</script>`;
  await redis.publish('notifications', { ...NOTIFICATION, title: markup });
  await connect.getByText('onerror').waitFor();
  await section(page, 'Live feed').getByText('onerror').waitFor();
  expect(await page.locator('img, main script').count()).toBe(0);
  expect(await page.title()).toContain('Console');
  expect(complaints).toEqual([]);
});
