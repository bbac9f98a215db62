import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { plant } from '../config/tree.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, type TestClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const SCHEMA = {
  type: 'object',
  required: ['user_id', 'n'],
  properties: { user_id: { type: ['integer', 'string'] }, n: { type: 'integer' }, more: true },
};

const LOOSE = { ...SCHEMA, properties: { ...SCHEMA.properties, n: true } };

/** `orders` keeps what is invalid, `calm` on the same channel takes everything, `notices` is for bystanders. */
const ROUTES = `version: 1
routes:
  orders:
    channel: orders
    event: order
    schema: ../schemas/order.json
    target: { user: user_id }
    max_bytes: 100000
    on_invalid: quarantine
  calm:
    channel: orders
    event: any-order
    schema: ../schemas/any.json
    target: broadcast
  entries:
    source: stream
    event: entry
    schema: ../schemas/order.json
    target: { user: user_id }
    on_invalid: quarantine
  plain:
    event: plain
    schema: ../schemas/order.json
    target: { user: user_id }
  notices:
    event: notice
    schema: ../schemas/order.json
    target: { user: user_id }
`;

export const KEY = 'gw:quarantine:{orders}';
export const INVALID = '{"user_id":7,"n":"canary-payload"}';
export const VALID = '{"user_id":7,"n":1}';

type Started = Awaited<ReturnType<typeof startGateway>>;

export async function stageQuarantine(routes = ROUTES) {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const root = plant({
    'config/routes.yaml': routes,
    'schemas/order.json': JSON.stringify(SCHEMA),
    'schemas/any.json': '{"type":"object"}',
  });
  const commands = new Redis(redis.port, '127.0.0.1');
  commands.on('error', () => undefined);
  onTestFinished(() => commands.disconnect());
  const environment = {
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    ROUTES_FILE: join(root, 'config/routes.yaml'),
  };
  return {
    redis,
    commands,
    environment,
    async gateway(more: Record<string, string> = {}): Promise<Started> {
      const gateway = await startGateway({ ...environment, ...more });
      await untilReady(gateway);
      return gateway;
    },
    alice: (url: string) => connectClient(url, TOKENS.alice),
    /** A routes file of which no gateway knows, and whose `orders` take any `n`. */
    loosened: () =>
      join(
        plant({
          'config/routes.yaml': routes,
          'schemas/order.json': JSON.stringify(LOOSE),
          'schemas/any.json': '{"type":"object"}',
        }),
        'config/routes.yaml',
      ),
    /** The schema of `orders` takes any `n` from here on. */
    loosen: () => writeFileSync(join(root, 'schemas/order.json'), JSON.stringify(LOOSE)),
    /** Asserts that another client receives its messages. */
    async serves(client: TestClient) {
      await redis.publish('notices', VALID);
      return (await client.next('notice'))[0];
    },
    /** What is kept of a route, by field. */
    async kept(key = KEY): Promise<Record<string, string>[]> {
      const entries = await commands.xrange(key, '-', '+');
      return entries.map(([, fields]) =>
        Object.fromEntries(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? '']] : []))),
      );
    },
  };
}

export const results = (gateway: Started, result: string, route = 'orders'): Promise<number> =>
  gateway.metric(`gateway_quarantine_total{route="${route}",result="${result}"}`);

/** The same of all gateways, the least first. */
export async function ofBoth(gateways: readonly Started[], result: string, route?: string): Promise<number[]> {
  const counts = await Promise.all(gateways.map((gateway) => results(gateway, result, route)));
  return counts.toSorted((a, b) => a - b);
}
