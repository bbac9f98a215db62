import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hearsNothingBefore } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { startRedis } from '../support/redis-server.ts';
import { describeBalancer } from './balancer-suite.ts';
import { connectCrowd, hearEachEventOnce, startBalancer, startTwoGateways, type Site } from './two-gateways.ts';

const SHIPPED = fileURLToPath(new URL('../../deploy/haproxy/haproxy.cfg', import.meta.url));

async function stage(): Promise<{ site: Site; url: string }> {
  const [site, port] = await Promise.all([startTwoGateways(), freePort()]);
  const env = { ...site.addresses, LISTEN: `127.0.0.1:${port}` };
  return { site, url: await startBalancer('haproxy', ['-db', '-f', SHIPPED], port, env) };
}

describeBalancer(stage);

test('while Redis is down no new client is accepted, but open sessions stay and receive the next event', async () => {
  const { site, url } = await stage();
  const crowd = await connectCrowd(url);

  await site.redis.stop();
  await untilNobodyIsLetIn(url);
  await Promise.all(crowd.clients.map((client) => hearsNothingBefore(client)));
  const redis = await startRedis({ port: site.redis.port });
  await Promise.all(site.gateways.map((gateway) => untilReady(gateway)));

  await hearEachEventOnce(redis, crowd);
  expect(crowd.losses()).toBe(0);
});

test('only Socket.IO and /health are passed through', async () => {
  const { url } = await stage();

  expect(await statusOf(`${url}/health`)).toBe(200);
  const others = ['/metrics', '/METRICS', '/health/ready', '/', '/socket.io'];
  expect(await Promise.all(others.map((path) => statusOf(url + path)))).toEqual(others.map(() => 404));
});

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}

/** A gateway says 503 in JSON; HAProxy, when it has no gateway to ask, in HTML. */
async function untilNobodyIsLetIn(url: string): Promise<void> {
  while ((await fetch(`${url}/health`)).headers.get('content-type') !== 'text/html') await pause(25);
}
