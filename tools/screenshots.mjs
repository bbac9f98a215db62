// Takes the docs' pictures of the pages, from the demo as it runs:  npm run screenshots
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../test/support/parts.ts';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const WIDE = { width: 1180, height: 900 };
const PHONE = { width: 390, height: 800 };

const demo = spawn(process.execPath, [at('demo/main.ts')], {
  env: { ...process.env, PORT: process.env.PORT ?? '3999' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
try {
  const { url, token } = await introduction();
  for (const colorScheme of ['light', 'dark'])
    await take(`console-${colorScheme}`, { viewport: WIDE, colorScheme }, (page) => useConsole(page, url, token));
  await take('console-phone', { viewport: PHONE, deviceScaleFactor: 1.5 }, (page) => showRoutes(page, url), false);
  await take('docs', { viewport: { ...WIDE, height: 1000 } }, (page) => showEvents(page, url), false);
} finally {
  await browser.close();
  demo.kill('SIGINT');
  await once(demo, 'exit');
}

/** What the demo says of itself: where it is, and whose token gets in. */
async function introduction() {
  let url;
  for await (const line of createInterface(demo.stdout)) {
    url ??= /http:\/\/localhost:\d+/.exec(line)?.[0];
    const token = /user 7 +(\S+)/.exec(line)?.[1];
    if (token !== undefined) {
      demo.stdout.resume();
      return { url, token };
    }
  }
  throw new Error('the demo ended before it said where it is');
}

async function take(name, options, prepare, fullPage = true) {
  const page = await browser.newPage(options);
  await prepare(page);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: at(`docs/images/${name}.png`), fullPage });
  await page.close();
  console.log(`docs/images/${name}.png`);
}

async function useConsole(page, url, token) {
  await showRoutes(page, url);
  await page.getByLabel('Redis channel').fill('feature-status');
  await page.getByLabel('Payload', { exact: true }).fill('{"feature_id": 1001, "old_owner_id": 8, "new_owner_id": 7}');
  await page.getByLabel('Would this user hear it?').fill('7');
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByLabel('with payloads').check();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.locator('ol.messages > li').nth(4).waitFor();
  await page.locator('#connect .entries > li').nth(3).waitFor();
}

/** With a message that was dropped. */
async function showRoutes(page, url) {
  await page.goto(`${url}/console`);
  const data = { channel: 'notifications', payload: '{"id": 1, "user_id": 7, "type": "login"}', force: true };
  await page.request.post(`${url}/admin/publish`, { data });
  await page.getByText(/\d invalid/).waitFor();
}

async function showEvents(page, url) {
  await page.goto(`${url}/docs`);
  await page.locator('#event-pong').waitFor();
}
