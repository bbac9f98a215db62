import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromRedisId } from '../../src/durable/position.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { SLACK_MS } from '../support/slack.ts';
import { metaOf, numbersOf, stageDurable } from './stage.ts';

const GREATEST = 2n ** 64n - 1n;
const TOO_MUCH = 10n ** 20n - 1n;

/** A half of an id: any that twenty digits can say, and those at the edges. */
const half = (known: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(fc.constantFrom(0n, 1n, known, known + 1n, GREATEST, GREATEST + 1n, TOO_MUCH), fc.bigInt(0n, TOO_MUCH));

test('each forged position is answered: with what was missed, or with a reset', { timeout: 90_000 }, async () => {
  const { environment, client, add, commands } = await stageDurable('source: { ring: { entries: 2 } }');
  const gateway = await startGateway(environment);
  await untilReady(gateway);
  const bystander = client(gateway.url, {});
  await bystander.next('gateway:position');
  for (let n = 0; n < 20; n += 1) await add(n);
  const { e, id } = metaOf((await bystander.next('news'))[1]);
  const now = BigInt(id.slice(0, 20));
  // Redis answers XINFO so while there is no stream.
  const refusals = async (): Promise<unknown> =>
    /errorstat_ERR:count=(\d+)/.exec(await commands.info('errorstats'))?.[1];
  const before = await refusals();
  const digits = (part: bigint): string => part.toString().padStart(20, '0');
  const forged = fc.record({
    e: fc.oneof(
      { weight: 8, arbitrary: fc.constant(e) },
      { weight: 1, arbitrary: fc.constantFrom('', 'other', '../') },
    ),
    id: fc.tuple(half(now), half(0n)).map(([ms, sequence]) => `${digits(ms)}-${digits(sequence)}`),
  });
  await fc.assert(
    fc.asyncProperty(forged, async (position) => {
      const stranger = client(gateway.url, { news: position });
      const answer = await Promise.race([stranger.next('gateway:position'), stranger.next('gateway:reset')]);
      stranger.socket.disconnect();
      expect(answer[0]).toMatchObject({ route: 'news', e });
      const [ms = 0n, sequence = 0n] = position.id.split('-').map(BigInt);
      const isPossible = ms <= GREATEST && sequence <= GREATEST;
      expect(isPossible ? {} : answer[0]).toMatchObject(isPossible ? {} : { reason: 'invalid-position' });
    }),
    { numRuns: 80 },
  );
  // The case that was found: a time of today, and a sequence that no stream can have.
  const stranger = client(gateway.url, { news: { e, id: `${id.slice(0, 20)}-${digits(TOO_MUCH)}` } });
  expect(await stranger.next('gateway:reset')).toMatchObject([{ reason: 'invalid-position' }]);
  await add(99);
  await expect.poll(() => bystander.received.at(-1)?.args[0]).toMatchObject({ n: 99 });
  expect(await refusals()).toBe(before);
});

test('a replay that Redis refuses ends with a reset', async () => {
  const { environment, client, add, commands } = await stageDurable('source: { ring: { entries: 2 } }');
  const gateway = await startGateway(environment);
  await untilReady(gateway);
  const before = client(gateway.url, {});
  await before.next('gateway:position');
  for (let n = 0; n < 20; n += 1) await add(n);
  const meta = metaOf((await before.next('news'))[1]);
  // Until the gateway has read more, its ring may hold all that follows the position.
  await expect.poll(() => numbersOf(before).length, { timeout: SLACK_MS }).toBe(20);
  await commands.call('ACL', 'SETUSER', 'default', '-eval');
  const after = client(gateway.url, { news: meta });
  expect(await after.next('gateway:reset')).toMatchObject([{ route: 'news', reason: 'busy' }]);
  await commands.call('ACL', 'SETUSER', 'default', '+eval');
  await add(99);
  await expect.poll(() => after.received.at(-1)?.args[0]).toMatchObject({ n: 99 });
});

test(
  'dedupe: 10000 costs Redis some megabytes where one user reconnects without end',
  { timeout: 90_000 },
  async () => {
    const { environment, client, commands } = await stageDurable('source: { dedupe: 10000, ring: { entries: 2 } }');
    const more = 'x'.repeat(1500);
    let position = '';
    for (let batch = 0; batch < 12; batch += 1) {
      const adding = commands.pipeline();
      for (let n = 0; n < 1000; n += 1)
        adding.xadd('news', '*', 'payload', JSON.stringify({ to: 8, n, more }), 'id', `event-${batch}-${n}`);
      const ids = (await adding.exec()) ?? [];
      position = String(ids.at(-20)?.[1]);
    }
    const gateway = await startGateway(environment);
    await untilReady(gateway);
    const first = client(gateway.url, {});
    const { e } = metaOf((await first.next('gateway:position'))[0]);
    const sent = async (): Promise<number> =>
      Number(/total_net_output_bytes:(\d+)/.exec(await commands.info('stats'))?.[1]);
    const before = await sent();
    const results: unknown[] = [];
    for (let i = 0; i < 60; i += 1) {
      const again = client(gateway.url, { news: { e, id: fromRedisId(position) } });
      results.push((await Promise.race([again.next('gateway:position'), again.next('gateway:reset')]))[0]);
      again.socket.disconnect();
    }
    const megabytes = ((await sent()) - before) / 1_000_000;
    // 60 times 10,000 entries of 1.5 KB would be 900 MB.
    expect(megabytes).toBeLessThan(40);
    expect(results).toContainEqual(expect.objectContaining({ resumed: 0 }));
    expect(results).toContainEqual(expect.objectContaining({ reason: 'busy' }));
  },
);
