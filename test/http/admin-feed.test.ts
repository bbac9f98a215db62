import { describe, expect, onTestFinished, test } from 'vitest';
import { LINES_PER_SECOND, MOST_READERS, PAYLOAD_BYTES } from '../../src/admin/feed.ts';
import { ask } from '../sockets/raw-http.ts';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady, type TestGateway } from '../support/gateway.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { SLACK_MS } from '../support/slack.ts';
import { folderWith, stageAdmin } from './admin-stage.ts';
import { readFeed } from './feed-reader.ts';

const ROUTES = `version: 1
routes:
  user-status:
    event: user-status-changed
    schema: ../schemas/user-status.schema.json
    target: broadcast
  strangers:
    channel: user-status
    event: stranger-seen
    schema: ../schemas/user-status.schema.json
    target: broadcast
    shadow: true
`;
const STATUS = { user_id: 7, status: 'online' };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

describe('GET /admin/feed', () => {
  test('reports each message as it passes, with what became of it on each route', async () => {
    const { redis, gateway } = await stageAdmin({ ROUTES_FILE: await folderWith(ROUTES) });
    await connectClient(gateway.url, TOKENS.alice);
    const feed = await readFeed(gateway.url);
    expect(feed.response.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });

    await redis.publish('user-status', STATUS);
    expect(await feed.next()).toEqual({
      at: TIME,
      channel: 'user-status',
      bytes: 31,
      outcomes: [
        { route: 'user-status', event: 'user-status-changed', outcome: 'delivered', recipients: 1 },
        { route: 'strangers', event: 'stranger-seen', outcome: 'shadow', recipients: 1 },
      ],
    });
    await redis.publish('user-status', { user_id: 7 });
    const detail = expect.stringMatching(
      /^it breaks the schema: must have required property 'status' \(#\/required\)$/,
    );
    expect(await feed.next()).toMatchObject({
      outcomes: [
        { route: 'user-status', outcome: 'dropped', reason: 'invalid', detail },
        { route: 'strangers', outcome: 'shadow', reason: 'invalid', detail },
      ],
    });
  });

  test('reports that no recipient was connected', async () => {
    const { redis, gateway } = await stageAdmin();
    const feed = await readFeed(gateway.url);
    await redis.publish('feature-status', { feature_id: 1, new_owner_id: 9 });
    expect(await feed.next()).toMatchObject({ outcomes: [{ route: 'feature-owners', outcome: 'not-here' }] });
  });

  test('holds nothing of a payload, unless it is asked for', async () => {
    const { redis, gateway } = await stageAdmin();
    const [plain, full] = [await readFeed(gateway.url), await readFeed(gateway.url, '?payloads=1')];
    const message = '{ "user_id": "canary-5c1e77",  "canary-5c1e77": 1 }';
    await redis.publish('user-status', message);
    expect(JSON.stringify(await plain.next())).not.toContain('canary');
    expect(await full.next()).toMatchObject({ payload: message });
  });

  test('cuts long payloads between characters, and reports how long they were', async () => {
    const { redis, gateway } = await stageAdmin();
    const feed = await readFeed(gateway.url, '?payloads=1');
    const message = `{"a":"${'€'.repeat(PAYLOAD_BYTES)}"}`;
    await redis.publish('user-status', message);
    const line = await feed.next();
    expect(line?.bytes).toBe(Buffer.byteLength(message));
    expect(line?.payload).toBe(message.slice(0, line?.payload?.length));
    expect(Buffer.byteLength(line?.payload ?? '')).toBeGreaterThan(PAYLOAD_BYTES - 4);
    expect(Buffer.byteLength(line?.payload ?? '')).toBeLessThanOrEqual(PAYLOAD_BYTES);
  });

  test('needs the token where there is one, and gives payloads to its holders', async () => {
    const token = 'an-admin-token-of-some-length';
    const { redis, settings } = await stageAdmin();
    const gateway = await startGateway({ ...settings, NODE_ENV: 'production', ADMIN_TOKEN: token });
    await untilReady(gateway);
    expect((await readFeed(gateway.url, '?payloads=1')).response.statusCode).toBe(401);
    const feed = await readFeed(gateway.url, '?payloads=1', { authorization: `Bearer ${token}` });
    await redis.publish('user-status', STATUS);
    const line = await feed.next();
    expect(line).toMatchObject({ payload: JSON.stringify(STATUS) });
    expect(JSON.stringify(line)).not.toContain(token);
  });

  test.each([
    ['?payloads=true', 'payloads is "true"; allowed is 1, or nothing'],
    ['?payloads=1&payloads=1', 'payloads is ["1","1"]; allowed is 1, or nothing'],
    ['?payload=1', 'unknown query parameter "payload"; allowed is payloads'],
  ])('%s is answered with 400: %s', async (query, error) => {
    const { gateway } = await stageAdmin();
    expect(await gateway.get(`/admin/feed${query}`)).toEqual({ status: 400, body: { error } });
  });

  test('HEAD has an end', async () => {
    const { gateway } = await stageAdmin();
    const { status, headers } = await ask(gateway.url, '/admin/feed', { method: 'HEAD' });
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/x-ndjson' });
  });
});

describe('a feed that many read', () => {
  test(`has ${MOST_READERS} readers at most; who goes makes room`, async () => {
    const { redis, gateway } = await stageAdmin();
    const feeds = [];
    for (let i = 0; i < MOST_READERS; i += 1) feeds.push(await readFeed(gateway.url));
    expect(await gateway.get('/admin/feed')).toEqual({
      status: 429,
      body: { error: 'too many feed readers; close one and retry' },
    });
    await redis.publish('user-status', STATUS);
    for (const feed of feeds) expect(await feed.next()).toMatchObject({ channel: 'user-status' });

    feeds[0]?.response.destroy();
    await expect.poll(async () => (await readFeed(gateway.url)).response.statusCode).toBe(200);
  });
});

describe('a feed with more than can be read', () => {
  test('reports how many lines it left out', async () => {
    const { redis, gateway } = await stageAdmin();
    const feed = await readFeed(gateway.url, '?payloads=1');
    let published = 0;
    repeatedly(100, () =>
      Array.from({ length: LINES_PER_SECOND }, () => redis.publish('user-status', String(published++))),
    );

    let told = 0;
    let line = await feed.next();
    while (line?.heldBack === undefined) {
      expect(line?.payload).toBe(String(told));
      told += 1;
      line = await feed.next();
    }
    expect(line.payload).toBe(String(told + line.heldBack));
  });

  test('keeps nothing for a reader that does not read, and reports to it later how much it missed', async () => {
    const { gateway, redis } = await stageAdmin();
    const slow = await readFeed(gateway.url, '?payloads=1');
    slow.response.pause();
    await overfill(gateway, redis);

    // A few at a time are held back where the clock of this machine stumbles.
    let heldBack = 0;
    while (heldBack < 10) heldBack = (await slow.next())?.heldBack ?? 0;
    expect(heldBack).toBeGreaterThanOrEqual(10);
  }, 60_000);
});

/** Publishes until the test is over, and waits for the answers then: Redis stops after that. */
function repeatedly(interval: number, publish: () => readonly Promise<unknown>[]): void {
  let answers: readonly Promise<unknown>[] = [];
  const timer = setInterval(() => (answers = [...answers.slice(-1000), ...publish()]), interval);
  onTestFinished(async () => {
    clearInterval(timer);
    await Promise.all(answers);
  });
}

/** Fewer a second than are allowed, each six times as long in JSON: 20 MB, more than a feed's two sockets take. */
async function overfill(gateway: TestGateway, redis: RedisServer): Promise<void> {
  const control = Buffer.alloc(PAYLOAD_BYTES, 1);
  const received = 'gateway_route_received_total{route="user-status"}';
  repeatedly(1250 / LINES_PER_SECOND, () => [redis.publish('user-status', control)]);
  await expect.poll(() => gateway.metric(received), { timeout: 30_000 }).toBeGreaterThan(200);
}

describe('a stop', () => {
  test('ends the feed', async () => {
    const { redis, gateway } = await stageAdmin();
    const feed = await readFeed(gateway.url);
    await redis.publish('user-status', STATUS);
    await feed.next();
    const [end] = await Promise.all([feed.next(), gateway.stop()]);
    expect(end).toBeUndefined();
  });

  test('does not wait for a reader that does not read', async () => {
    const { gateway, redis } = await stageAdmin();
    const deaf = await readFeed(gateway.url, '?payloads=1');
    deaf.response.pause();
    await overfill(gateway, redis);
    const clock = performance.now();
    await gateway.stop();
    expect(performance.now() - clock).toBeLessThan(SLACK_MS);
  }, 60_000);
});
