import { Redis } from 'ioredis';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { plant } from '../config/tree.ts';
import { startSentinelSet } from '../redis/sentinel-set.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { createClient, hearsNothingBefore, type TestClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { metaOf, NEWS_SCHEMA, newsRoute, numbersOf } from './stage.ts';

function redisAt(port: number): Redis {
  const redis = new Redis({ port, host: '127.0.0.1' });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

const resetsOf = ({ received }: TestClient): unknown[] =>
  received.flatMap(({ event, args: [reset] }) => (event === 'gateway:reset' ? [Object(reset).reason] : []));

test(
  'a master that hangs, and a replica that lacks its last entry and whose clock is behind: one reset, and then what is new, once',
  { timeout: 120_000 },
  async () => {
    const [set, auth] = await Promise.all([startSentinelSet(), startAuth()]);
    const root = plant({
      'config/routes.yaml': newsRoute('source: stream'),
      'schemas/news.json': JSON.stringify(NEWS_SCHEMA),
    });
    const environment = {
      REDIS_URL: `redis+sentinel://${set.sentinelPorts.map((port) => `127.0.0.1:${port}`).join()}/my-master`,
      AUTH_SERVICE_ADDR: auth.address,
      ROUTES_FILE: join(root, 'config/routes.yaml'),
    };
    const gateways = await Promise.all([startGateway(environment), startGateway(environment)]);
    await Promise.all(gateways.map((gateway) => untilReady(gateway)));
    const [master, replica] = [redisAt(set.master.port), redisAt(set.replica.port)];
    const add = (redis: Redis, n: number, id = '*') => redis.xadd('news', id, 'payload', `{"to":7,"n":${n}}`);
    const come = (url: string, resume = {}) => createClient(url, { auth: { token: TOKENS.alice, resume } });
    const clients = gateways.map(({ url }) => come(url));
    const starts = await Promise.all(clients.map(async (client) => metaOf((await client.next('gateway:position'))[0])));
    const untilAll = async (numbers: number[]): Promise<void> => {
      for (const client of clients) await expect.poll(() => numbersOf(client), { timeout: 30_000 }).toEqual(numbers);
    };

    await add(master, 1);
    await untilAll([1]);
    await master.wait(1, 0);
    // From here on the replica gets nothing any more.
    await master.call('ACL', 'SETUSER', 'default', '-psync', '-sync', '-replconf');
    await master.call('CLIENT', 'KILL', 'TYPE', 'replica');
    await add(master, 2, `${Date.now() + 60_000}-0`);
    await untilAll([1, 2]);
    set.master.hang();
    await set.untilFailedOver();
    await add(replica, 3);
    await untilAll([1, 2, 3]);

    set.master.resume();
    await expect.poll(() => master.info('replication'), { timeout: 30_000 }).toContain('role:slave');
    await add(replica, 4);
    await untilAll([1, 2, 3, 4]);
    for (const client of clients) {
      await hearsNothingBefore(client);
      expect(numbersOf(client)).toEqual([1, 2, 3, 4]);
      expect(resetsOf(client)).toEqual([expect.stringMatching(/^(fork|epoch)$/)]);
      const events = client.received
        .map(({ event }) => event)
        .filter((event) => event === 'news' || event === 'gateway:reset');
      expect(events).toEqual(['news', 'news', 'gateway:reset', 'news', 'news']);
    }
    for (const [index, { url }] of gateways.entries()) {
      const late = come(url, { news: starts[index] });
      expect((await late.next('gateway:reset'))[0]).toMatchObject({ route: 'news', reason: 'epoch' });
    }
  },
);
