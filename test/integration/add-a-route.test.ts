import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, hearsNothingBefore } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const ROUTE = `
  trades:
    event: trade-settled
    schema: ../schemas/trade.schema.json
    target: { users: [/parties/buyer, /parties/others] }
`;
const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['parties'],
  properties: {
    parties: {
      type: 'object',
      required: ['buyer', 'others'],
      properties: { buyer: { type: 'integer' }, others: { type: 'array', items: { type: ['integer', 'string'] } } },
    },
  },
};

test('a fourth channel is a YAML entry and a schema file, and nothing else', async () => {
  const root = await mkdtemp(join(tmpdir(), 'gateway-'));
  for (const folder of ['config', 'schemas']) await cp(folder, join(root, folder), { recursive: true });
  const routesFile = join(root, 'config', 'routes.yaml');
  await writeFile(routesFile, (await readFile(routesFile, 'utf8')) + ROUTE);
  await writeFile(join(root, 'schemas', 'trade.schema.json'), JSON.stringify(SCHEMA));

  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const program = await runProgram({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE: routesFile });
  await program.logged('subscribed to Redis');
  await untilReady(program);
  const [alice, bob, carol, big] = await Promise.all(
    [TOKENS.alice, TOKENS.bob, TOKENS.carol, TOKENS.big].map((token) => connectClient(program.url, token)),
  );

  const trade = { parties: { buyer: 7, others: ['9007199254740993', 8, 8, 7] } };
  await redis.publish('trades', trade);

  for (const client of [alice, bob, big]) expect(await client?.next('trade-settled')).toEqual([trade]);
  for (const client of [alice, bob, carol, big]) if (client) await hearsNothingBefore(client);
  expect(
    [alice, bob, carol, big].map((client) => client?.received.filter(({ event }) => event === 'trade-settled').length),
  ).toEqual([1, 1, 0, 1]);
});
