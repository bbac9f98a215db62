import { Agent, get } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient, hearsNothingBefore } from '../support/client.ts';
import { describeBalancer } from './balancer-suite.ts';
import { startNginx } from './nginx-stage.ts';
import { spread, startTwoGateways, strayRequests, type Site } from './two-gateways.ts';

async function stage(): Promise<{ site: Site; url: string }> {
  const site = await startTwoGateways();
  return { site, url: await startNginx(site.addresses) };
}

describeBalancer(stage);

const POLLING = '/socket.io/?EIO=4&transport=polling';

/** Cookie that a new session by polling is given, from an address, with a cookie. */
function cookieFor(url: string, localAddress: string, cookie?: string): Promise<string | undefined> {
  const agent = new Agent({ localAddress });
  onTestFinished(() => agent.destroy());
  return new Promise((resolve, reject) => {
    const headers = cookie === undefined ? {} : { cookie };
    const sent = get(url + POLLING, { agent, headers }, (response) => {
      response.resume();
      resolve(response.headers['set-cookie']?.[0]);
    });
    sent.on('error', reject);
  });
}

test('a new session is given a cookie that names its gateway; one that has a cookie stays where that says', async () => {
  const { url } = await stage();
  const addresses = Array.from({ length: 12 }, (_, i) => `127.0.4.${i + 1}`);

  const given = await Promise.all(addresses.map((address) => cookieFor(url, address)));
  expect(new Set(given)).toEqual(
    new Set([1, 2].map((gateway) => `GATEWAY=${gateway}; Path=/; HttpOnly; SameSite=Lax`)),
  );
  for (const gateway of ['1', '2'])
    for (const address of addresses)
      expect(await cookieFor(url, address, `a=b; GATEWAY=${gateway}`)).toMatch(`GATEWAY=${gateway};`);
  const odd = ['GATEWAY=3', 'GATEWAY=', 'GATEWAY=1|', 'GATEWAY=localhost:9', 'gateway=x'];
  expect(await Promise.all(odd.map((cookie) => cookieFor(url, '127.0.4.1', cookie)))).toEqual(odd.map(() => given[0]));
});

test('the cookie names the gateway that took the session, where the first one is gone', async () => {
  const { site, url } = await stage();
  await site.gateways[0].stop();
  expect(await cookieFor(url, '127.0.4.1', 'GATEWAY=1')).toMatch('GATEWAY=2;');
  expect(await cookieFor(url, '127.0.4.1', 'GATEWAY=2')).toMatch('GATEWAY=2;');
});

test('clients that keep no cookie can poll, too: their address selects their gateway', async () => {
  const { site, url } = await stage();
  const options = { transports: ['polling'] };
  const clients = await Promise.all([TOKENS.alice, TOKENS.bob].map((token) => connectClient(url, token, options)));
  await Promise.all(clients.map((client) => hearsNothingBefore(client)));
  expect(await strayRequests(site)).toBe(0);
  expect(await spread(site)).toContain(2);
});

test('a client that polls comes back on the other gateway, where its own is gone', async () => {
  const { site, url } = await stage();
  const client = createClient(url, { auth: { token: TOKENS.alice }, transports: ['polling'], withCredentials: true });
  await client.next('connected');
  const [one] = await spread(site);
  await site.gateways[one === 1 ? 0 : 1].stop();
  await client.next('disconnect');
  await client.next('connected');
  expect(await site.gateways[one === 1 ? 1 : 0].metric('websocket_connections')).toBe(1);
});
