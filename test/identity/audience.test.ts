import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultyService } from '../auth/faulty-service.ts';
import { connectClient, createClient, type TestClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const route = (name: string, audience: string): string => `
  ${name}:
    event: ${name}
    schema: ../schemas/note.schema.json
    target: broadcast
    audience: ${audience}`;
const HEAD = 'version: 1\nidentity: { claims: [roles, orgs] }\nroutes:';
const ROUTES = [
  HEAD,
  route('for-staff', '{ claim: roles, has: staff }'),
  route('for-org', '{ claim: orgs, has: "9" }'),
  route('for-users', 'authenticated'),
  route('for-anyone', 'anyone'),
].join('');

/** Claims by token. */
const CLAIMS: Record<string, Record<string, string[]>> = {
  '1:staff': { roles: ['staff', 'admin'] },
  '2:customer': { roles: ['customer'], orgs: ['9'] },
  '3:none': {},
  '4:near': { roles: ['Staff', 'staff ', 'staffer'], orgs: ['09'] },
};

async function stage() {
  const root = await mkdtemp(join(tmpdir(), 'audience-'));
  await Promise.all(['config', 'schemas'].map((folder) => mkdir(join(root, folder))));
  const file = join(root, 'config', 'routes.yaml');
  await writeFile(file, ROUTES);
  await writeFile(join(root, 'schemas', 'note.schema.json'), '{"type":"object"}');
  const redis = await startRedis();
  const claims = { ...CLAIMS };
  const auth = await startFaultyService(({ request: { token } }, reply) => {
    const values = Object.entries(claims[token] ?? {}).map(([claim, list]) => [claim, { values: list }] as const);
    reply(null, { valid: true, user_id: token.split(':')[0] ?? '', claims: Object.fromEntries(values) });
  });
  const gateway = await startGateway({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    AUTH_MODE: 'optional',
    ROUTES_FILE: file,
  });
  await untilReady(gateway);
  const clients = await Promise.all(Object.keys(CLAIMS).map((token) => connectClient(gateway.url, token)));
  const anonymous = createClient(gateway.url);
  await anonymous.next('connected');
  return { redis, gateway, file, claims, clients: [...clients, anonymous] };
}

const eventsOf = ({ received }: TestClient): string[] => received.map(({ event }) => event);

describe('a broadcast to those with a claim', () => {
  test('reaches exactly the clients whose claim has the value, and no other', async () => {
    const { redis, clients } = await stage();
    for (const channel of ['for-staff', 'for-org', 'for-users', 'for-anyone']) await redis.publish(channel, {});
    for (const client of clients) await client.next('for-anyone');
    expect(clients.map(eventsOf)).toEqual([
      ['for-staff', 'for-users', 'for-anyone'],
      ['for-org', 'for-users', 'for-anyone'],
      ['for-users', 'for-anyone'],
      ['for-users', 'for-anyone'],
      ['for-anyone'],
    ]);
  });

  test('follows the claims of a fresh token', async () => {
    const { redis, clients, claims } = await stage();
    const [staff] = clients;
    claims['1:second'] = { roles: ['former'] };
    expect(await staff?.socket.emitWithAck('gateway:token', '1:second')).toEqual({ ok: true });
    for (const channel of ['for-staff', 'for-anyone']) await redis.publish(channel, {});
    for (const client of clients) await client.next('for-anyone');
    expect(clients.flatMap(eventsOf).filter((event) => event === 'for-staff')).toEqual([]);
  });

  test('follows a reload in the step in which it comes into force, and asks no client to reconnect', async () => {
    const { redis, gateway, clients, file } = await stage();
    await writeFile(
      file,
      [HEAD, route('for-admins', '{ claim: roles, has: admin }'), route('for-anyone', 'anyone')].join(''),
    );
    await gateway.reload();
    for (const channel of ['for-admins', 'for-anyone']) await redis.publish(channel, {});
    for (const client of clients) await client.next('for-anyone');
    expect(clients.map(eventsOf)).toEqual([
      ['for-admins', 'for-anyone'],
      ...clients.slice(1).map(() => ['for-anyone']),
    ]);
  });
});
