import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startAuth } from '../support/auth-service.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

type Finished = (stop: () => void | Promise<void>) => void;

/** The default routes' schemas, and a routes file that a test may change. */
export async function folderWith(routes: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'admin-'));
  await mkdir(join(root, 'config'));
  await cp('schemas', join(root, 'schemas'), { recursive: true });
  const file = join(root, 'config', 'routes.yaml');
  await writeFile(file, routes);
  return file;
}

/** A gateway in development, ready, with what asks its admin API. */
export async function stageAdmin(environment: Record<string, string> = {}, finished: Finished = onTestFinished) {
  const [redis, auth] = await Promise.all([startRedis({ finished }), startAuth(finished)]);
  const settings = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, NODE_ENV: 'development' };
  const gateway = await startGateway({ ...settings, ...environment }, finished);
  await untilReady(gateway);
  const post = async (path: string, body: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    return { status: response.status, body: answer };
  };
  return { redis, gateway, post, settings };
}
