import { onTestFinished, describe, expect, test } from 'vitest';
import { dropped } from '../../src/dispatch/outcome.ts';
import { createQuarantine } from '../../src/quarantine/quarantine.ts';
import { compilePlan } from '../../src/routes/plan.ts';
import { loadRoutes } from '../../src/config/routes/load-routes.ts';
import { runGateway } from '../sockets/running-gateway.ts';
import { handledMessage } from '../support/handled-message.ts';
import { connectClient } from '../support/client.ts';
import { TOKENS } from '../support/auth-service.ts';
import { documentedRights, documentedRule } from '../redis/documented-rights.ts';
import { INVALID, KEY, ofBoth, results, stageQuarantine, VALID } from './quarantine-stage.ts';

describe('on_invalid: quarantine', () => {
  test('keeps one copy of what two gateways received, with its reason, and serves all others', async () => {
    const { gateway, alice, redis, kept, serves, commands } = await stageQuarantine();
    const gateways = await Promise.all([gateway(), gateway()]);
    const clients = await Promise.all(gateways.map(({ url }) => alice(url)));
    const before = Date.now();
    await redis.publish('orders', INVALID);
    await expect.poll(() => ofBoth(gateways, 'known')).toEqual([0, 1]);
    expect(await ofBoth(gateways, 'kept')).toEqual([0, 1]);
    const [entry, ...more] = await kept();
    expect(more).toEqual([]);
    expect(entry).toEqual({
      channel: 'orders',
      reason: 'invalid',
      detail: expect.stringMatching(/^must be integer \(.*#\/properties\/n\/type\)$/),
      at: expect.stringMatching(/^\d{13}$/),
      bytes: String(INVALID.length),
      message: INVALID,
    });
    expect(Number(entry?.['at'])).toBeGreaterThanOrEqual(before);
    expect(await commands.ttl(KEY)).toBeGreaterThan(6 * 24 * 3600);
    for (const client of clients) {
      expect(await client.next('any-order')).toEqual([{ user_id: 7, n: 'canary-payload' }]);
      expect(client.received.map(({ event }) => event)).not.toContain('order');
    }
    for (const client of clients.slice(0, 1)) expect(await serves(client)).toEqual({ user_id: 7, n: 1 });
  });

  test('keeps one copy of an entry of a stream, too, and continues with the next', async () => {
    const { gateway, alice, commands, kept } = await stageQuarantine();
    const gateways = await Promise.all([gateway(), gateway()]);
    const client = await alice(gateways[0].url);
    await commands.xadd('entries', '*', 'payload', 'canary {');
    await commands.xadd('entries', '*', 'other', 'no payload');
    await commands.xadd('entries', '*', 'payload', VALID);
    expect(await client.next('entry')).toEqual([{ user_id: 7, n: 1 }]);
    await expect.poll(() => ofBoth(gateways, 'known', 'entries')).toEqual([0, 1]);
    expect(await kept('gw:quarantine:{entries}')).toEqual([
      expect.objectContaining({ channel: 'entries', reason: 'not-json', message: 'canary {' }),
    ]);
  });

  test.each([
    ['too-large', `{"user_id":7,"n":1,"more":"${'x'.repeat(100_000)}"}`],
    ['not-json', 'canary'],
    ['not-json', Buffer.from([0xff, 0xfe, 0x41])],
    ['too-deep', `{"user_id":7,"n":1,"more":${'['.repeat(70)}${']'.repeat(70)}}`],
    ['not-object', '[1]'],
    ['invalid', '{"user_id":7}'],
    ['no-target', '{"user_id":"x","n":1}'],
  ])('keeps what is %s, byte for byte or its beginning', async (reason, message) => {
    const { gateway, redis, commands } = await stageQuarantine();
    await gateway();
    await redis.publish('orders', message);
    await expect.poll(() => commands.xlen(KEY)).toBe(1);
    const [[, fields] = []] = await commands.xrangeBuffer(KEY, '-', '+');
    const at = (name: string) => fields?.[fields.findIndex((field) => field.toString() === name) + 1];
    expect(at('reason')?.toString()).toBe(reason);
    expect(at('message')).toEqual(Buffer.from(message).subarray(0, 65_536));
    expect(Number(at('bytes'))).toBe(Buffer.byteLength(message));
  });

  test('keeps nothing of a valid message, of a route that does not ask for it, or of a shadow', async () => {
    const { gateway, alice, redis, commands } = await stageQuarantine(
      `version: 1
routes:
  orders: { event: order, schema: ../schemas/order.json, target: { user: user_id }, on_invalid: quarantine }
  plain: { event: plain, schema: ../schemas/order.json, target: { user: user_id }, on_invalid: drop }
  shade: { event: shade, schema: ../schemas/order.json, target: { user: user_id }, on_invalid: quarantine, shadow: true }
`,
    );
    const { url, metric } = await gateway();
    const client = await alice(url);
    await redis.publish('plain', INVALID);
    await redis.publish('shade', INVALID);
    await redis.publish('orders', VALID);
    await client.next('order');
    expect(await metric('gateway_route_dropped_total{route="plain",reason="invalid"}')).toBe(1);
    expect(await commands.keys('gw:*')).toEqual([]);
    expect(await metric('gateway_quarantine_total')).toBe(0);
  });

  test('keeps about as many as it may, the newest', async () => {
    const { gateway, redis, kept } = await stageQuarantine();
    const started = await gateway({ QUARANTINE_ENTRIES: '1' });
    // Redis drops whole nodes of up to 100 entries.
    for (let n = 0; n < 100; n += 1) await redis.publish('orders', `{"n":${n},"more":"${'x'.repeat(3000)}"}`);
    await expect.poll(() => results(started, 'kept')).toBe(100);
    const left = await kept();
    expect(left.length).toBeLessThan(10);
    expect(left.at(-1)?.['message']).toContain('{"n":99,');
  });

  test('a flood of invalid messages costs a bounded number of writes, is counted completely, and disturbs no client', async () => {
    const { gateway, alice, redis, serves, commands } = await stageQuarantine();
    const started = await gateway();
    const client = await alice(started.url);
    const began = Date.now();
    await Promise.all(Array.from({ length: 3000 }, (_, n) => redis.publish('orders', `{"user_id":7,"n":"${n}"}`)));
    expect(await serves(client)).toEqual({ user_id: 7, n: 1 });
    const counted = async () => Promise.all(['kept', 'held-back'].map((result) => results(started, result)));
    await expect.poll(async () => (await counted()).reduce((sum, count) => sum + count)).toBe(3000);
    const most = 100 + (20 * (Date.now() - began)) / 1000 + 1;
    expect((await counted())[0]).toBeLessThanOrEqual(most);
    expect(await commands.xlen(KEY)).toBe((await counted())[0]);
    expect(client.received.filter(({ event }) => event === 'any-order')).toHaveLength(3000);
  });

  test('has no more under way than may be, where Redis is slow, and takes up again', async () => {
    const { environment } = await stageQuarantine();
    const { config } = loadRoutes(environment.ROUTES_FILE);
    if (!config) throw new Error('the routes file has errors');
    const route = compilePlan(config, 1).routes.find(({ name }) => name === 'orders');
    if (!route) throw new Error('no such route');
    const [waiting, told]: [(() => void)[], string[]] = [[], []];
    const store = { keep: () => new Promise<boolean>((resolve) => waiting.push(() => resolve(true))) };
    const quarantine = createQuarantine(store, {
      quarantined: () => void told.push('kept'),
      quarantineHeldBack: () => void told.push('held-back'),
      quarantineFailed: () => void told.push('failed'),
    });
    const message = handledMessage('orders', INVALID, [dropped(route, 'invalid')]);
    for (let n = 0; n < 80; n += 1) quarantine.handled(message);
    expect([waiting.length, told.length]).toEqual([64, 16]);
    for (const answer of waiting.splice(0)) answer();
    await quarantine.settled();
    quarantine.handled(message);
    expect([waiting.length, told.filter((one) => one === 'kept').length]).toEqual([1, 64]);
  });
});

describe('a Redis that refuses it', () => {
  const RIGHTS = [...documentedRule('secret'), '&orders', '&notices', '&plain'];
  const STREAM = documentedRights('a route with the stream `orders`').map((word) =>
    word.replace('~orders', '~entries'),
  );

  test('is logged once and counted, and disturbs no client; with the documented rights it works', async () => {
    const { environment, redis, commands } = await stageQuarantine();
    await commands.call('ACL', 'SETUSER', ...RIGHTS, ...STREAM);
    const REDIS_URL = `redis://gateway:secret@127.0.0.1:${redis.port}`;
    const gateway = await runGateway({ ...environment, REDIS_URL }, onTestFinished);
    const client = await connectClient(gateway.url, TOKENS.alice);
    const failed = () => gateway.metric('gateway_quarantine_total{route="orders",result="failed"}');
    for (let n = 0; n < 5; n += 1) await redis.publish('orders', `{"user_id":7,"n":"canary ${n}"}`);
    await expect.poll(failed).toBe(5);
    expect(gateway.log().split('an invalid message could not be quarantined')).toHaveLength(2);
    await redis.publish('notices', VALID);
    expect(await client.next('notice')).toEqual([{ user_id: 7, n: 1 }]);

    await commands.call(
      'ACL',
      'SETUSER',
      ...RIGHTS,
      ...STREAM,
      ...documentedRights('a route with `on_invalid: quarantine`'),
    );
    await commands.call('ACL', 'LOG', 'RESET');
    await redis.publish('orders', INVALID);
    await gateway.logged('invalid messages are quarantined again');
    expect(await commands.xlen(KEY)).toBe(1);
    expect(await commands.call('ACL', 'LOG')).toEqual([]);
    expect(gateway.log()).not.toContain('canary');
    expect(await gateway.metrics()).not.toContain('canary');
  });
});
