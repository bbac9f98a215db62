import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultyService } from '../auth/faulty-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const ADA = '3f0e2a4c-7d11-4a57-9a55-0c6b9a1f2d3e';
const BOB = 'auth0|5f7c8ec7c33c6c004bbafe82';

const ROUTES = `version: 1
identity: { user_id: text }
routes:
  notes:
    event: note
    schema: ../schemas/note.schema.json
    target: { users: [owner_id, reader_id?] }
`;
const SCHEMA = {
  type: 'object',
  required: ['owner_id'],
  properties: { owner_id: { type: 'string' }, reader_id: { type: ['string', 'null'] }, text: { type: 'string' } },
};

async function stage() {
  const root = await mkdtemp(join(tmpdir(), 'text-users-'));
  await mkdir(join(root, 'config'));
  await mkdir(join(root, 'schemas'));
  const file = join(root, 'config', 'routes.yaml');
  await writeFile(file, ROUTES);
  await writeFile(join(root, 'schemas', 'note.schema.json'), JSON.stringify(SCHEMA));
  const redis = await startRedis();
  // The token is the subject here.
  const auth = await startFaultyService(({ request }, reply) => reply(null, { valid: true, subject: request.token }));
  const gateway = await startGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address, ROUTES_FILE: file });
  await untilReady(gateway);
  return { redis, gateway };
}

describe('users with text ids', () => {
  test('receive what names them exactly, and nothing that names another user', async () => {
    const { redis, gateway } = await stage();
    const [ada, bob, upper] = await Promise.all(
      [ADA, BOB, ADA.toUpperCase()].map((token) => connectClient(gateway.url, token)),
    );
    expect([ada?.welcome, bob?.welcome]).toMatchObject([{ userId: ADA }, { userId: BOB }]);
    const messages = [
      { owner_id: ADA, text: 'for ada' },
      { owner_id: BOB, reader_id: ADA, text: 'for both' },
      { owner_id: BOB, reader_id: null, text: 'for bob' },
      { owner_id: `${ADA} `, text: 'for no user' },
      { owner_id: BOB, text: 'last' },
      { owner_id: ADA, text: 'last' },
      { owner_id: ADA.toUpperCase(), text: 'last' },
    ];
    for (const message of messages) await redis.publish('notes', message);
    const textsOf = (client: typeof ada): unknown[] =>
      client?.received.map(({ args }) => Object(args[0]).text as unknown) ?? [];
    await expect.poll(() => textsOf(upper)).toEqual(['last']);
    await expect.poll(() => textsOf(ada)).toEqual(['for ada', 'for both', 'last']);
    await expect.poll(() => textsOf(bob)).toEqual(['for both', 'for bob', 'last']);
  });

  test('are listed as text by /metrics', async () => {
    const { gateway } = await stage();
    await connectClient(gateway.url, '7');
    const answer = await fetch(`${gateway.url}/metrics`, { headers: { accept: 'application/json' } });
    expect(await answer.json()).toMatchObject({ totalUsers: 1 });
  });
});
