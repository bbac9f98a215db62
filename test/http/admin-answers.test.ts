import { writeFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { stageDurable } from '../durable/stage.ts';
import { TOKENS, USERS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { folderWith, stageAdmin } from './admin-stage.ts';

const ROUTES = `version: 1
routes:
  feature-status:
    description: A feature changed owners.
    event: feature-status-changed
    schema: ../schemas/feature-status.schema.json
    target: { users: [old_owner_id?, new_owner_id] }
  user-status:
    event: user-status-changed
    schema: ../schemas/user-status.schema.json
    target: broadcast
  strangers:
    channel: [user-status, news]
    event: stranger-seen
    schema: ../schemas/user-status.schema.json
    target: broadcast
    audience: anyone
    shadow: true
`;
const SALE = '{"feature_id":1,"old_owner_id":7,"new_owner_id":8}';
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const stops: (() => void | Promise<void>)[] = [];
let stage: Awaited<ReturnType<typeof stageAdmin>>;
let file: string;

beforeAll(async () => {
  file = await folderWith(ROUTES);
  stage = await stageAdmin({ ROUTES_FILE: file, AUTH_MODE: 'optional' }, (stop) => void stops.push(stop));
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

describe('GET /admin/plan', () => {
  test('reports the instance, the plan and its routes as configured, each schema in one piece', async () => {
    const { gateway } = stage;
    const { body: health } = await gateway.get('/health');
    const { status, body } = await gateway.get('/admin/plan');
    expect(status).toBe(200);
    const { plan } = Object(health);
    expect(body).toEqual({
      instance: { version: manifest.version, mode: 'development', socketPath: '/socket.io/' },
      plan: { number: 1, hash: plan.hash, loadedAt: plan.loadedAt },
      routes: [
        {
          name: 'feature-status',
          description: 'A feature changed owners.',
          channels: ['feature-status'],
          event: 'feature-status-changed',
          target: 'users in old_owner_id?, new_owner_id',
          shadow: false,
          envelope: 'fields',
          onInvalid: 'drop',
          schemaPath: '../schemas/feature-status.schema.json',
          schema: expect.objectContaining({ required: expect.arrayContaining(['feature_id', 'new_owner_id']) }),
          example: expect.stringContaining('"feature_id"'),
        },
        expect.objectContaining({ name: 'user-status', target: 'broadcast to authenticated clients', shadow: false }),
        expect.objectContaining({
          name: 'strangers',
          channels: ['user-status', 'news'],
          target: 'broadcast to anyone',
          shadow: true,
        }),
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(/"\$ref":"(?!#)/);
  });

  test('reports the last refused reload with its findings, until the files are in order again, and 304 while nothing changes', async () => {
    const own = await folderWith(ROUTES);
    const gateway = await startGateway({ ...stage.settings, ROUTES_FILE: own });
    const refused = async (): Promise<unknown> => Object((await gateway.get('/admin/plan')).body).refused;
    const askAgain = (tag: string): Promise<Response> =>
      fetch(`${gateway.url}/admin/plan`, { headers: { 'If-None-Match': tag } });
    const tag = (await askAgain('"another"')).headers.get('etag') ?? '';
    const again = await askAgain(tag);
    expect([again.status, await again.text()]).toEqual([304, '']);
    // RFC 9110, 8.8.3: visible characters but the quote.
    expect(tag).toMatch(/^"[\x21\x23-\x7e]+"$/);

    await writeFile(own, ROUTES.replace('event: user-status-changed', 'evnt: user-status-changed'));
    await gateway.reload();
    expect(await refused()).toEqual({
      at: TIME,
      findings: expect.arrayContaining([
        expect.objectContaining({
          code: 'unknown-key',
          severity: 'error',
          at: { line: 9, column: 5 },
          text: expect.stringMatching(
            /^[^/]+\/routes.yaml:9:5  error  route "user-status": unknown key "evnt"; allowed here: /,
          ),
          file: expect.not.stringMatching(/^\//),
        }),
      ]),
    });
    expect((await gateway.get('/admin/plan')).body).toMatchObject({ plan: { number: 1 } });
    expect((await askAgain(tag)).status).toBe(200);

    await writeFile(own, ROUTES);
    await gateway.reload();
    expect(await refused()).toBeUndefined();

    await writeFile(own, 'no: [yaml');
    await gateway.reload();
    expect(await refused()).toBeDefined();
    await writeFile(own, ROUTES.replaceAll('stranger', 'visitor'));
    await gateway.reload();
    expect(await refused()).toBeUndefined();
    const { body } = await gateway.get('/admin/plan');
    expect(body).toMatchObject({ plan: { number: 2 }, routes: [{}, {}, { name: 'visitors', event: 'visitor-seen' }] });
  });
});

describe('GET /admin/activity', () => {
  test('counts as the metrics do, and reports the last message, and the last drop with the rule it broke', async () => {
    const { redis, gateway } = await stageAdmin({ ROUTES_FILE: file });
    const before = await gateway.get('/admin/activity');
    const idle = { received: 0, delivered: 0, notHere: 0, passedOver: 0, recipients: 0, drops: [] };
    expect(before).toEqual({
      status: 200,
      body: {
        at: TIME,
        connections: 0,
        users: 0,
        ready: true,
        problems: [],
        routes: { 'feature-status': idle, 'user-status': idle, strangers: idle },
      },
    });

    const alice = await connectClient(gateway.url, TOKENS.alice);
    await redis.publish('user-status', { user_id: 'canary-id', status: 'canary-status' });
    await redis.publish('user-status', '{"canary');
    await redis.publish('user-status', '{"canary" again');
    await redis.publish('feature-status', { feature_id: 1, new_owner_id: 9 });
    await redis.publish('feature-status', SALE);
    await alice.next('feature-status-changed');

    const { body } = await gateway.get('/admin/activity');
    expect(body).toMatchObject({
      connections: 1,
      users: 1,
      routes: {
        'feature-status': {
          received: 2,
          delivered: 1,
          notHere: 1,
          passedOver: 0,
          recipients: 1,
          lastMessageAt: TIME,
          drops: [],
        },
        'user-status': {
          received: 3,
          delivered: 0,
          drops: [
            { reason: 'not-json', count: 2, lastAt: TIME, sample: 'it is not JSON: not one JSON value' },
            {
              reason: 'invalid',
              count: 1,
              lastAt: TIME,
              sample: expect.stringMatching(
                /^it breaks the schema: must .* \(common\.schema\.json#\/\$defs\/id\/\w+\)$/,
              ),
            },
          ],
        },
        strangers: {
          received: 3,
          drops: [
            { reason: 'not-json', count: 2 },
            { reason: 'invalid', count: 1 },
          ],
        },
      },
    });
    expect(JSON.stringify(body)).not.toContain('canary');
    expect(await gateway.metric('gateway_route_received_total{route="user-status"}')).toBe(3);
    const last = await gateway.metric('gateway_route_last_message_timestamp_seconds{route="user-status"}');
    expect(Math.abs(Date.now() / 1000 - last)).toBeLessThan(60);
  });

  test('what a shadow would have delivered counts as delivered, and reaches no client', async () => {
    const { redis, gateway } = await stageAdmin({ ROUTES_FILE: file });
    const alice = await connectClient(gateway.url, TOKENS.alice);
    await redis.publish('user-status', { user_id: 7, status: 'on' });
    await alice.next('user-status-changed');
    const { body } = await gateway.get('/admin/activity');
    expect(body).toMatchObject({ routes: { strangers: { received: 1, delivered: 1, recipients: 1, notHere: 0 } } });
    expect(alice.received.map(({ event }) => event)).toEqual(['user-status-changed']);
  });

  test('says so when the instance is not ready', async () => {
    const gateway = await startGateway({ ...stage.settings, REDIS_URL: 'redis://127.0.0.1:9' });
    const { body } = await gateway.get('/admin/activity');
    expect(body).toMatchObject({ ready: false, problems: [expect.stringContaining('redis')] });
  });
});

describe('GET /admin/asyncapi', () => {
  test('is the document that gateway asyncapi prints, with the host that was asked', async () => {
    const { gateway } = stage;
    const { status, body } = await gateway.get('/admin/asyncapi');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      asyncapi: '3.0.0',
      info: { version: Object((await gateway.get('/health')).body).plan.hash },
      servers: { gateway: { host: `127.0.0.1:${gateway.port}` } },
    });
    const events = Object.values(Object(body).channels).map((channel) => Object(channel).address);
    expect(events).toEqual(expect.arrayContaining(['connected', 'feature-status-changed', 'ping', 'gateway:gap']));
  });
});

describe('POST /admin/explain', () => {
  test('reports the way of a message by the plan in force, and how many sockets are there', async () => {
    const { gateway, post } = stage;
    await Promise.all([TOKENS.alice, TOKENS.alice, TOKENS.bob].map((token) => connectClient(gateway.url, token)));
    const { status, body } = await post('/admin/explain', {
      channel: 'feature-status',
      payload: SALE,
      user: USERS.alice,
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      plan: { number: 1, hash: expect.stringMatching(/^[0-9a-f]{12}$/) },
      explanation: expect.objectContaining({
        channel: 'feature-status',
        routes: [
          expect.objectContaining({
            route: 'feature-status',
            broken: [],
            client: { hears: true, because: 'user 7 is in old_owner_id' },
          }),
        ],
      }),
      sockets: { 'feature-status': 3 },
      userSockets: 2,
    });
  });

  test('counts the sockets of anonymous clients, and of an audience', async () => {
    const { gateway, post } = await stageAdmin({ ROUTES_FILE: file, AUTH_MODE: 'optional' });
    await connectClient(gateway.url, TOKENS.alice);
    for (let i = 0; i < 2; i += 1) await connectClient(gateway.url, '', { auth: {} });
    const payload = '{"user_id":7,"status":"on"}';
    const { body } = await post('/admin/explain', { channel: 'user-status', payload, user: 'anonymous' });
    expect(body).toMatchObject({ sockets: { 'user-status': 1, strangers: 3 }, userSockets: 2 });
  });

  test('a message that breaks the schema is reported with every rule, one that is dropped reaches no socket', async () => {
    const { body } = await stage.post('/admin/explain', { channel: 'feature-status', payload: '{"feature_id":0}' });
    expect(body).toMatchObject({
      explanation: {
        routes: [
          {
            result: { kind: 'dropped', reason: 'invalid' },
            broken: expect.arrayContaining([expect.objectContaining({ at: '/feature_id', found: '0' })]),
          },
        ],
      },
      sockets: { 'feature-status': 0 },
    });
  });

  test('a channel that no route names is reported with the one that was meant', async () => {
    const { body } = await stage.post('/admin/explain', { channel: 'user-statsu', payload: '{}' });
    expect(body).toMatchObject({ explanation: { didYouMean: 'user-status', routes: [] }, sockets: {} });
  });

  test('even the longest message is taken, however many quotes are in it; a longer body is not', async () => {
    const { post } = await stageAdmin({ ROUTES_FILE: file, MAX_MESSAGE_BYTES: '10000' });
    const payload = `{"list":[${Array.from({ length: 3000 }, () => '""').join(',')}]}`;
    const { status, body } = await post('/admin/explain', { channel: 'user-status', payload });
    expect(status).toBe(200);
    expect(body).toMatchObject({ explanation: { message: { readable: true } } });
    const tooLong = await post('/admin/explain', { channel: 'user-status', payload: payload.repeat(3) });
    expect(tooLong).toEqual({
      status: 413,
      body: {
        error: expect.stringMatching(/^the body is too large: found \d+ bytes, allowed are at most 24096 bytes$/),
      },
    });
  });
});

describe('POST /admin/publish', () => {
  /** What a subscriber at this Redis hears. */
  async function listen(channel: string): Promise<string[]> {
    const received: string[] = [];
    const redis = new Redis(stage.redis.url);
    onTestFinished(() => redis.disconnect());
    redis.on('message', (_, message: string) => received.push(message));
    await redis.subscribe(channel);
    return received;
  }

  test('publishes as it is, and reports how many subscribers got it', async () => {
    const alice = await connectClient(stage.gateway.url, TOKENS.alice);
    const { status, body } = await stage.post('/admin/publish', { channel: 'feature-status', payload: SALE });
    expect({ status, body }).toEqual({ status: 200, body: { receivers: 1 } });
    expect(await alice.next('feature-status-changed')).toEqual([JSON.parse(SALE)]);
  });

  test('adds to the stream of that name, and reports the entry', async () => {
    const durable = await stageDurable();
    const gateway = await startGateway({ ...durable.environment, NODE_ENV: 'development' });
    await untilReady(gateway);
    const alice = await connectClient(gateway.url, TOKENS.alice);
    const response = await fetch(`${gateway.url}/admin/publish`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'news', payload: '{"to":7,"n":1}' }),
    });
    expect(await alice.next('news')).toEqual([{ to: 7, n: 1 }]);
    const [entry] = await durable.commands.xrange('news', '-', '+');
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 200,
      body: { entryId: entry?.[0] },
    });
  });

  test('refuses what a live route would drop, with the reasons; force publishes it', async () => {
    const received = await listen('user-status');
    const question = { channel: 'user-status', payload: '{"user_id":7}' };
    expect(await stage.post('/admin/publish', question)).toEqual({
      status: 422,
      body: {
        error: expect.stringContaining('not published'),
        drops: [expect.stringMatching(/^route "user-status" drops it because it breaks the schema: .*required/)],
      },
    });
    expect(await stage.post('/admin/publish', { ...question, force: true })).toEqual({
      status: 200,
      body: { receivers: 2 },
    });
    await expect.poll(() => received).toEqual(['{"user_id":7}']);
  });

  test('refuses a channel that no route names, with the one that was meant', async () => {
    const { status, body } = await stage.post('/admin/publish', { channel: 'user-statu', payload: '{}' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ drops: ['no route names the channel "user-statu". Did you mean "user-status"?'] });
  });

  test('a Redis that refuses it is reported, without its password', async () => {
    const { post } = await stageWithoutRedis();
    const { status, body } = await post('/admin/publish', { channel: 'feature-status', payload: SALE });
    expect(status).toBe(502);
    expect(Object(body).error).toMatch(/^Redis refused it: .*ECONNREFUSED/);
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  test('is for development only, whatever token is given', async () => {
    const token = 'an-admin-token-of-some-length';
    const gateway = await startGateway({ ...stage.settings, NODE_ENV: 'production', ADMIN_TOKEN: token });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ channel: 'feature-status', payload: SALE, force: true });
    const response = await fetch(`${gateway.url}/admin/publish`, { method: 'POST', headers, body });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ error: expect.stringContaining('NODE_ENV=development') });
  });

  async function stageWithoutRedis() {
    const gateway = await startGateway({ ...stage.settings, REDIS_URL: 'redis://:canary@127.0.0.1:9' });
    return {
      async post(path: string, body: object) {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(gateway.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
        const answer: unknown = await response.json();
        return { status: response.status, body: answer };
      },
    };
  }
});

describe('a question that is not one', () => {
  const GOOD = { channel: 'user-status', payload: '{}' };

  test.each([
    ['no JSON', '{"channel"', 'the body is not JSON: '],
    ['nothing', '', 'key "channel" is missing. A Redis channel; key "payload" is missing. '],
    ['null', 'null', 'keys channel and payload, found nothing'],
    ['a list', [GOOD], 'keys channel and payload, found a list'],
    ['text', '"user-status"', 'found "user-status"'],
    ['no payload', { channel: 'user-status' }, 'key "payload" is missing'],
    ['a payload that is no text', { ...GOOD, payload: {} }, 'payload: found an empty map. The text of the message'],
    ['an empty channel', { ...GOOD, channel: '' }, 'channel: found "". A Redis channel'],
    ['a key too many', { ...GOOD, chanel: '' }, 'unknown key "chanel"; allowed here: channel, payload'],
    ['__proto__', '{"channel":"a","payload":"","__proto__":{}}', 'unknown key "__proto__"'],
  ])('%s is answered with 400, what was found and what is allowed', async (_, body, words) => {
    for (const path of ['/admin/explain', '/admin/publish']) {
      const answer = await stage.post(path, body);
      expect(answer).toEqual({ status: 400, body: { error: expect.stringContaining(words) } });
    }
  });

  test.each([
    ['/admin/explain', { ...GOOD, user: 7 }, 'user: found the number 7 (quote it to make it text)'],
    [
      '/admin/explain',
      { ...GOOD, user: '07' },
      'user: found "07". Allowed is anonymous, or a user id: a whole number from 1 to 2^64 - 1',
    ],
    ['/admin/explain', { ...GOOD, force: true }, 'unknown key "force"; allowed here: channel, payload, user'],
    ['/admin/publish', { ...GOOD, force: 'yes' }, 'force: found "yes". true or false'],
    ['/admin/publish', { ...GOOD, user: '7' }, 'unknown key "user"; allowed here: channel, payload, force'],
  ])('%s %j is answered with 400: %s', async (path, body, words) => {
    expect(await stage.post(path, body)).toEqual({ status: 400, body: { error: expect.stringContaining(words) } });
  });

  test.each([
    ['text/plain', undefined, 415, 'found Content-Type text/plain; allowed is application/json'],
    ['application/x-www-form-urlencoded', undefined, 415, 'allowed is application/json'],
    ['application/json', 'gzip', 415, 'content encoding'],
    ['application/json; charset=x', undefined, 415, 'charset'],
  ])('Content-Type %s, Content-Encoding %s is answered with %d', async (type, encoding, status, words) => {
    const headers = { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) };
    const body = JSON.stringify(GOOD);
    const response = await fetch(`${stage.gateway.url}/admin/explain`, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    expect(Object(await response.json()).error).toContain(words);
  });
});
