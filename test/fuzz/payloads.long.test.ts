import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { isObject } from '../../src/schema/json.ts';
import { startSampleAuthService } from '../../src/auth/sample-service.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { startRedis } from '../support/redis-server.ts';
import { runGateway, type RunningGateway } from '../sockets/running-gateway.ts';
import { expectUnharmed, fuzz, FUZZED, FUZZ_TIMEOUT, residentBytes } from './fuzz.ts';
import { FUZZED_ROUTES, messagesOf, writeRoutes } from './messages.ts';

// Messages, changed in all ways, through a real Redis. Besides living on the gateway must not give
// anybody what is not theirs, and must count each message once.

/** By token; to the second many numbers would be rounded. */
const USERS: Readonly<Record<string, string>> = { 'one-token': '7', 'another-token': '9007199254740992' };

/** The rule for ids in other words than the code's. */
function names(field: unknown, user: string): boolean {
  const items: unknown[] = Array.isArray(field) ? field : [field];
  return items.some((item) => item === user || (Number.isSafeInteger(item) && String(item) === user));
}

/** What came for this user names them. */
function strayEvents({ received, user }: User): unknown[] {
  return received.splice(0).filter(({ event, args: [payload] }) => {
    const fields = FUZZED_ROUTES.find((route) => route.event === event)?.targets ?? [];
    return fields.length > 0 && !(isObject(payload) && fields.some((field) => names(payload[field], user)));
  });
}

async function counts(gateway: RunningGateway): Promise<{ received: number; handled: number }> {
  const text = await gateway.metrics();
  const sum = (name: string): number => {
    const series = new RegExp(`^gateway_route_${name}_total\\{.*\\} (\\d+)$`, 'gm');
    return [...text.matchAll(series)].reduce((total, [, count]) => total + Number(count), 0);
  };
  return {
    received: sum('received'),
    handled: ['delivered', 'not_here', 'dropped', 'passed_over'].reduce((all, name) => all + sum(name), 0),
  };
}

const root = mkdtempSync(join(tmpdir(), 'fuzz-'));
afterAll(() => rmSync(root, { recursive: true }));

const LAST = { status: 'the last' };

test(
  'any message harms nobody, reaches nobody whom it does not name, and is counted',
  { timeout: FUZZ_TIMEOUT },
  async () => {
    const [redis, auth] = await Promise.all([startRedis(), startSampleAuthService(new Map(Object.entries(USERS)))]);
    onTestFinished(() => auth.stop());
    const gateway = await runGateway(
      { ...FUZZED, ROUTES_FILE: writeRoutes(root), REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address },
      onTestFinished,
    );
    const clients = await Promise.all(Object.keys(USERS).map((token) => enter(gateway, token)));
    const before = await residentBytes(gateway);
    let published = 0;
    const runs = await fuzz(fc.array(messagesOf(root), { minLength: 1, maxLength: 60 }), async (messages) => {
      const all = [...messages, { channel: 'user-status', raw: JSON.stringify({ ...LAST, user_id: 7 }) }];
      // As Redis tells: on a machine under heavy load a gateway may lose its link, and tell of a gap.
      const receivers = await Promise.all(all.map(({ channel, raw }) => redis.publish(channel, raw)));
      published += receivers.reduce((sum, count, index) => sum + count * routesOf(all[index]?.channel), 0);
      await Promise.all(clients.map(hearsTheLast));
      expect(await counts(gateway)).toEqual({ received: published, handled: published });
      expect(clients.flatMap(strayEvents)).toEqual([]);
    });
    expect(runs).toBeGreaterThan(0);
    await expectUnharmed(gateway, before);
  },
);

function routesOf(name: string | undefined): number {
  return FUZZED_ROUTES.filter(({ channel }) => channel === name).length;
}

type User = TestClient & { readonly user: string };

async function enter({ url }: RunningGateway, token: string): Promise<User> {
  return { ...(await connectClient(url, token)), user: USERS[token] ?? '' };
}

async function hearsTheLast({ next }: User): Promise<void> {
  for (;;) {
    const [payload] = await next('user-status-changed');
    if (isObject(payload) && payload['status'] === LAST.status) return;
  }
}
