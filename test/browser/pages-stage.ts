import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { startAuth } from '../support/auth-service.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';
import { plant } from '../config/tree.ts';
import { openPage } from './chromium.ts';

export const ADMIN_TOKEN = 'an-admin-token-of-some-length';
export const NOTIFICATION = { id: 'n-1', user_id: 7, type: 'login', title: 'Hello', message: 'You are in.' };
export const PHONE = { viewport: { width: 360, height: 740 } };

const ROUTES = readFileSync('config/routes.yaml', 'utf8');
const SCHEMAS = ['common', 'feature-status', 'notification', 'user-status'];

/** The default routes in a folder of their own, to be changed; `add` comes below them. */
export function plantRoutes(add = ''): { environment: { ROUTES_FILE: string; CONFIG_ROOT: string }; text: string } {
  const text = ROUTES + add;
  const files = SCHEMAS.map((name) => `schemas/${name}.schema.json`);
  const root = plant({
    'config/routes.yaml': text,
    ...Object.fromEntries(files.map((file) => [file, readFileSync(file)])),
  });
  return { environment: { ROUTES_FILE: `${root}/config/routes.yaml`, CONFIG_ROOT: root }, text };
}

/** A gateway in development, Redis and the auth service behind it, and one of its pages. */
export async function openStage(
  browser: Browser,
  path: '/console' | '/docs',
  changes: Record<string, string> = {},
  options: BrowserContextOptions = {},
) {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const environment = {
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    NODE_ENV: 'development',
    LOG_LEVEL: 'silent',
    ...changes,
  };
  const gateway = await startGateway(environment);
  await untilReady(gateway);
  return { redis, environment, gateway, ...(await openPage(browser, gateway.url + path, options)) };
}

/** Presses Tab until the control has the focus, as one does without a mouse, who has to see where that is. */
export async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let presses = 0; presses < 100; presses += 1) {
    await page.keyboard.press('Tab');
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    if (outline === 'none' && !(await hasFocus(page.locator('body')))) throw new Error('Nobody sees where Tab leads');
    if (await hasFocus(control)) return;
  }
  throw new Error('Tab does not lead there');
}

export async function hasFocus(control: Locator): Promise<boolean> {
  return (await control.and(control.page().locator(':focus')).count()) === 1;
}

/** Pixels by which the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Texts whose contrast against what is behind them is below 4.5, the AA of WCAG 2. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
    const isClear = (color) => rgb(color)[3] === 0;
    const luminance = (color) => {
      const [r, g, b] = rgb(color).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
      const color = getComputedStyle(element).backgroundColor;
      return isClear(color) ? ground(element.parentElement) : color;
    };
    const contrast = (element) => {
      const [dark, light] = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    return [...document.body.querySelectorAll('*')]
      .filter((element) => hasText(element) && !element.disabled && element.getClientRects().length > 0)
      .filter((element) => contrast(element) < 4.5)
      .map((element) => element.tagName + ' ' + element.textContent + ' ' + contrast(element).toFixed(2));
  })()`);
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const row = (page: Page, route: string) => page.getByRole('row').filter({ has: button(page, route) });

/** The cell of a row, by its column's name. */
export const cell = (page: Page, route: string, label: string) => row(page, route).locator(`td[data-label="${label}"]`);
