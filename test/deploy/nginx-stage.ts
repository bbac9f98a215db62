import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePort } from '../support/ports.ts';
import { startBalancer, type Site } from './two-gateways.ts';

const SHIPPED = fileURLToPath(new URL('../../deploy/nginx/', import.meta.url));

/** nginx with the shipped files before these gateways; resolves with the address for clients. */
export async function startNginx(addresses: Site['addresses']): Promise<string> {
  const port = await freePort();
  const folder = await etcNginx({ ...addresses, LISTEN: `127.0.0.1:${port}` });
  return startBalancer('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], port);
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
