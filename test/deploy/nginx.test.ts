import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import {
  connectCrowd,
  hearEachEventOnce,
  spread,
  startBalancer,
  startTwoGateways,
  stopFirst,
  strayRequests,
  type Site,
} from './two-gateways.ts';

const SHIPPED = fileURLToPath(new URL('../../deploy/nginx/', import.meta.url));

async function stage(): Promise<{ site: Site; url: string }> {
  const [site, port] = await Promise.all([startTwoGateways(), freePort()]);
  const folder = await etcNginx({ ...site.addresses, LISTEN: `127.0.0.1:${port}` });
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
  return { site, url: await startBalancer('nginx', args, port) };
}

/** The shipped files as the official image lays them out, variables filled in. */
async function etcNginx(variables: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await Promise.all(['run', 'conf.d'].map((name) => mkdir(join(folder, name))));
  await cp(join(SHIPPED, 'nginx.conf'), join(folder, 'nginx.conf'));
  const template = await readFile(join(SHIPPED, 'templates/default.conf.template'), 'utf8');
  await writeFile(join(folder, 'conf.d/default.conf'), fillIn(template, variables));
  return folder;
}

/** As envsubst in the image: nothing but variables that are set. */
function fillIn(template: string, variables: Record<string, string>): string {
  return template.replaceAll(/\$\{(\w+)\}/g, (reference, name: string) => variables[name] ?? reference);
}

test('clients are spread over both gateways, polling requests stick to theirs, and each event is heard once', async () => {
  const { site, url } = await stage();

  const crowd = await connectCrowd(url);
  await hearEachEventOnce(site.redis, crowd);

  expect(Math.min(...(await spread(site)))).toBeGreaterThan(0);
  expect(await strayRequests(site)).toBe(0);
});

test('clients of a gateway that stops come back on the other by themselves; those of the other do not notice', async () => {
  const { site, url } = await stage();
  const crowd = await connectCrowd(url);

  const moved = await stopFirst(site, crowd);
  await hearEachEventOnce(site.redis, crowd);

  expect(moved).toBeGreaterThan(0);
  expect(crowd.losses()).toBe(moved);
});
