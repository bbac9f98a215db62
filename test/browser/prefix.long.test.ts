import type { Browser } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { startPrefixProxy } from '../support/prefix-proxy.ts';
import { ask } from '../sockets/raw-http.ts';
import { launchBrowser, openPage } from './chromium.ts';
import { button, openStage, section } from './pages-stage.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  return () => browser.close();
});

test.each([{}, { SOCKET_PATH: '/ws/socket.io' }])(
  'behind a proxy that takes a prefix away, with %j, console and documentation work',
  async (environment) => {
    const { gateway } = await openStage(browser, '/console', environment);
    const path = `/rt${environment.SOCKET_PATH ?? '/socket.io'}/`;
    const proxy = await startPrefixProxy('/rt', gateway.port);
    const { page, complaints } = await openPage(browser, `${proxy}/rt/console`);
    await button(page, 'feature-owners').waitFor();
    const connect = section(page, 'Connect as a client');
    for (const transports of ['websocket only', 'polling only']) {
      await connect.getByLabel('Transports').selectOption(transports);
      await connect.getByLabel('Token').fill(TOKENS.alice);
      await connect.getByLabel('Token').press('Enter');
      await connect.getByText(`Connected as user 7 over ${transports.split(' ')[0]}.`).waitFor();
    }

    await page.getByRole('link', { name: 'Documentation' }).click();
    await page.getByRole('region', { name: /^feature-status-changed( |$)/ }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/rt/docs');
    const example = await page.getByRole('region', { name: 'Connecting' }).innerText();
    expect(example).toContain(`path: '${path}',`);
    await page.getByRole('link', { name: 'Console' }).click();
    await button(page, 'feature-owners').waitFor();
    expect(complaints).toEqual([]);
  },
);

test('without a prefix the example names no path', async () => {
  const { page } = await openStage(browser, '/docs');
  const connecting = page.getByRole('region', { name: 'Connecting' });
  await connecting.waitFor();
  expect(await connecting.innerText()).not.toContain('path:');
});

test.each(['/console', '/docs'])('%s with a slash behind leads to the page, below a prefix too', async (path) => {
  const { gateway } = await openStage(browser, '/console');
  const { status, headers } = await ask(gateway.url, `${path}/`);
  expect({ status, location: headers.location }).toEqual({ status: 308, location: `..${path}` });
});
