import { describe, expect, test } from 'vitest';
import { awaitCommand } from '../contract/run-command.ts';
import { documentedRights } from '../redis/documented-rights.ts';
import { freePort } from '../support/ports.ts';
import { INVALID, KEY, results, stageQuarantine, VALID } from './quarantine-stage.ts';

/** A gateway that has kept these messages of the channel `orders`, and what calls the built command. */
async function stageKept(...messages: string[]) {
  const stage = await stageQuarantine();
  const gateway = await stage.gateway();
  for (const message of messages) await stage.redis.publish('orders', message);
  await expect.poll(() => results(gateway, 'kept')).toBe(messages.length);
  const entries = await stage.commands.xrange(KEY, '-', '+');
  return {
    ...stage,
    gateway,
    ids: entries.map(([id]) => id),
    quarantine: (...args: string[]) => awaitCommand(['quarantine', ...args], '', stage.environment),
    asJson: async (...args: string[]) => {
      const { code, out } = await awaitCommand(['quarantine', ...args, '--json'], '', stage.environment);
      const value: unknown = JSON.parse(out);
      return { code, value };
    },
  };
}

describe('gateway quarantine list', () => {
  test('lists the newest first, with the reason and no payload', async () => {
    const { quarantine, ids } = await stageKept(INVALID, 'canary {');
    const { code, out, err } = await quarantine('list');
    expect([code, err]).toEqual([0, '']);
    const [orders, entries, ...lines] = out.trimEnd().split('\n');
    expect([orders, entries]).toEqual(['route orders: 2 in quarantine', 'route entries: 0 in quarantine']);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^${ids[1]}  \\d{4}-.*Z  orders  it is not JSON`));
    expect(lines[1]).toMatch(new RegExp(`^${ids[0]}  .*  it breaks the schema: must be integer \\(#/properties/n`));
    expect(out).not.toContain('canary');
  });

  test('takes a route, a limit and --json', async () => {
    const { asJson, quarantine, ids } = await stageKept(INVALID, '[1]', '[2]');
    expect(await asJson('list', '--route', 'orders', '--limit', '1')).toEqual({
      code: 0,
      value: {
        counts: { orders: 3 },
        entries: [
          {
            id: ids[2],
            time: expect.stringMatching(/Z$/),
            route: 'orders',
            channel: 'orders',
            reason: 'not-object',
            detail: expect.any(String),
            bytes: 3,
          },
        ],
      },
    });
    expect((await quarantine('list', '--route', 'entries')).out).toBe('route entries: 0 in quarantine\n');
    expect((await quarantine('list', '--limit', '0')).code).toBe(64);
    const unknown = await quarantine('list', '--route', 'order');
    expect([unknown.code, unknown.out]).toEqual([64, '']);
    expect(unknown.err).toContain('has no route "order". Did you mean "orders"?');
    expect((await quarantine('lost')).code).toBe(64);
  });
});

describe('gateway quarantine show', () => {
  test('shows the payload, and what the routes make of it now', async () => {
    const { quarantine, asJson, loosen, ids } = await stageKept(INVALID);
    const { code, out } = await quarantine('show', ids[0] ?? '');
    expect(code).toBe(0);
    expect(out).toContain(`id       ${ids[0]}\n`);
    expect(out).toContain(`\n         ${INVALID}\n`);
    expect(out).toMatch(/\nnow {6}still not taken: route "orders" drops it because it breaks the schema/);

    loosen();
    expect((await quarantine('show', ids[0] ?? '')).out).toContain('\nnow      would be published to orders\n');
    expect((await asJson('show', ids[0] ?? '')).value).toMatchObject({
      id: ids[0],
      message: INVALID,
      now: { channel: 'orders', others: ['calm'] },
    });
  });

  test.each([
    [['show', '1-1'], 1, '1-1 is not in quarantine of orders, entries'],
    [['show', 'last'], 1, '"last" is not an id'],
    [['show'], 64, "missing required argument 'id'"],
    [['replay'], 64, 'give an id or --all'],
    [['replay', '1-1', '--all'], 64, 'give an id or --all'],
    [['list', '--file', 'none.yaml'], 78, 'none.yaml  error'],
  ])('%j is reported', async (args, code, words) => {
    const { quarantine } = await stageKept();
    const ended = await quarantine(...args);
    expect(ended).toMatchObject({ code, out: '' });
    expect(ended.err).toContain(words);
  });
});

describe('gateway quarantine replay', () => {
  test('publishes what the routes accept now, in order; the others stay, with the reason', async () => {
    const more = INVALID.replace('payload', 'more');
    const { quarantine, loosen, gateway, alice, kept, ids, commands } = await stageKept(INVALID, '[1]', more);
    const client = await alice(gateway.url);
    const before = await quarantine('replay', ids[0] ?? '');
    expect(before.code).toBe(1);
    expect(before.err).toContain(`${ids[0]} of route orders stays: route "orders" drops it because it breaks`);
    expect(await commands.xlen(KEY)).toBe(3);

    loosen();
    await gateway.reload();
    const { code, out, err } = await quarantine('replay', '--all');
    expect(code).toBe(1);
    expect(err).toContain(`${ids[1]} of route orders stays: route "orders" drops it because it is not a JSON object`);
    expect(out).toBe(
      `${ids[0]} of route orders: published to orders; calm receives it too\n${ids[2]} of route orders: published to orders; calm receives it too\n2 replayed, 1 left in quarantine\n`,
    );
    expect(await client.next('order')).toEqual([JSON.parse(INVALID)]);
    expect(await client.next('order')).toEqual([JSON.parse(more)]);
    expect((await kept()).map(({ message }) => message)).toEqual(['[1]']);
  });

  test('adds to the stream of a durable route, which delivers it live', async () => {
    const { gateway, alice, environment, commands, loosen } = await stageQuarantine();
    const started = await gateway();
    const client = await alice(started.url);
    await commands.xadd('entries', '*', 'payload', INVALID);
    await expect.poll(() => results(started, 'kept', 'entries')).toBe(1);
    loosen();
    await started.reload();
    const { code, out } = await awaitCommand(['quarantine', 'replay', '--all', '--json'], '', environment);
    expect(code).toBe(0);
    const [, newest] = await commands.xrange('entries', '-', '+');
    expect(JSON.parse(out)).toEqual({
      replayed: 1,
      left: 0,
      entries: [expect.objectContaining({ replayed: true, channel: 'entries', entryId: newest?.[0], others: [] })],
    });
    expect(await client.next('entry')).toEqual([JSON.parse(INVALID)]);
    expect(await commands.xlen('gw:quarantine:{entries}')).toBe(0);
  });

  test('keeps what the gateways drop again: they have not reloaded the change', async () => {
    const { quarantine, loosened, gateway, ids, commands } = await stageKept(INVALID);
    expect((await quarantine('replay', '--all', '--file', loosened())).code).toBe(0);
    await expect.poll(() => results(gateway, 'kept')).toBe(2);
    const entries = await commands.xrange(KEY, '-', '+');
    expect(entries).toHaveLength(1);
    expect(entries[0]?.[0]).not.toBe(ids[0]);
  });

  test('removes nothing while no gateway subscribes', async () => {
    const { quarantine, loosen, gateway, commands } = await stageKept(INVALID);
    loosen();
    await gateway.stop();
    const { code, err } = await quarantine('replay', '--all');
    expect(code).toBe(1);
    expect(err).toContain('stays: no instance receives it: no gateway subscribes to "orders"');
    expect(await commands.xlen(KEY)).toBe(1);
  });

  test('publishes once what several routes of the channel kept', async () => {
    const route = (name: string): string =>
      `  ${name}: { channel: orders, event: ${name}, schema: ../schemas/order.json, target: { user: user_id }, on_invalid: quarantine }\n`;
    const stage = await stageQuarantine(`version: 1\nroutes:\n${route('a')}${route('b')}`);
    const gateway = await stage.gateway();
    const client = await stage.alice(gateway.url);
    await stage.redis.publish('orders', INVALID);
    for (const name of ['a', 'b']) await expect.poll(() => results(gateway, 'kept', name)).toBe(1);
    stage.loosen();
    await gateway.reload();
    const { code, out } = await awaitCommand(['quarantine', 'replay', '--all'], '', stage.environment);
    expect([code, out.split('\n').at(-2)]).toEqual([0, '1 replayed, 0 left in quarantine']);
    await stage.redis.publish('orders', VALID);
    expect([await client.next('a'), await client.next('a')]).toEqual([[JSON.parse(INVALID)], [JSON.parse(VALID)]]);
    expect(await stage.commands.xlen('gw:quarantine:{b}')).toBe(0);
  });

  test('does not publish the beginning of a message', async () => {
    const long = `{"user_id":7,"n":1,"more":"${'x'.repeat(100_000)}"}`;
    const { quarantine, commands } = await stageKept(long);
    const { code, err } = await quarantine('replay', '--all');
    expect(code).toBe(1);
    expect(err).toContain(`stays: it has ${long.length} bytes, and only the first 65536 were kept`);
    expect(await commands.xlen(KEY)).toBe(1);
  });

  test('needs the rights that are documented for it, and no more', async () => {
    const { redis, commands, loosen, gateway, environment } = await stageKept(INVALID);
    loosen();
    await gateway.reload();
    const rights = documentedRights('people who call `gateway quarantine`');
    await commands.call('ACL', 'SETUSER', 'operator', 'on', '>secret', '-@all', ...rights, '+publish', '&orders');
    const REDIS_URL = `redis://operator:secret@127.0.0.1:${redis.port}`;
    for (const args of [['list'], ['replay', '--all']]) {
      const { code, err } = await awaitCommand(['quarantine', ...args], '', { ...environment, REDIS_URL });
      expect([code, err]).toEqual([0, '']);
    }
    const denied = await commands.call('ACL', 'LOG');
    expect(denied).toEqual([]);
  });
});

test('an unreachable Redis is reported, without its password', async () => {
  const { environment } = await stageQuarantine();
  const REDIS_URL = `redis://:canary@127.0.0.1:${await freePort()}`;
  const { code, out, err } = await awaitCommand(['quarantine', 'list'], '', { ...environment, REDIS_URL });
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('ECONNREFUSED');
  expect(err).not.toContain('canary');
});
