import { expect, test } from 'vitest';
import { hearsNothingBefore } from '../support/client.ts';
import { metaOf, numbersOf, stageDurable } from './stage.ts';

test('an entry reaches its user: with its position for clients that asked, as one argument for others', async () => {
  const { gateway, add, client } = await stageDurable();
  const { url, metric } = await gateway();
  const [plain, resumable] = [client(url), client(url, {})];
  await plain.next('connected');
  const start = metaOf((await resumable.next('gateway:position'))[0]);

  await add(1);
  expect(await plain.next('news')).toEqual([{ to: 7, n: 1 }]);
  const [payload, meta] = await resumable.next('news');
  expect(payload).toEqual({ to: 7, n: 1 });
  expect(meta).toEqual({ route: 'news', e: start.e, id: expect.stringMatching(/^\d{20}-\d{20}$/) });
  expect(metaOf(meta).id > start.id).toBe(true);
  expect(await metric('gateway_route_delivered_total{route="news"}')).toBe(1);
});

test('what a client missed it gets on another instance, in order, none twice, and then it is live', async () => {
  const { gateway, add, client } = await stageDurable();
  const [first, second] = [await gateway(), await gateway()];
  const before = client(first.url, {});
  await before.next('connected');
  await before.next('gateway:position');
  await add(1);
  const [, meta] = await before.next('news');
  before.socket.disconnect();
  for (const n of [2, 3]) await add(n);
  await add(99, 8);
  // What it has not read yet would come live.
  await expect.poll(() => second.metric('gateway_route_received_total{route="news"}')).toBe(4);

  const after = client(second.url, { news: meta });
  expect(await after.next('gateway:position')).toEqual([expect.objectContaining({ route: 'news', resumed: 2 })]);
  await add(4);
  await expect.poll(() => numbersOf(after)).toEqual([2, 3, 4]);
  await hearsNothingBefore(after);
  expect(numbersOf(after)).toEqual([2, 3, 4]);
  expect(after.received.map(({ event }) => event).slice(0, 3)).toEqual(['news', 'news', 'gateway:position']);
});

test('entries older than the ring are read from Redis', async () => {
  const { gateway, add, client } = await stageDurable('source: { ring: { entries: 5 } }');
  const { url, metric } = await gateway();
  const before = client(url, {});
  await before.next('gateway:position');
  await add(0);
  const [, meta] = await before.next('news');
  before.socket.disconnect();
  const numbers = Array.from({ length: 450 }, (_, index) => index + 1);
  for (const n of numbers) await add(n);

  const after = client(url, { news: meta });
  await after.next('gateway:position');
  expect(numbersOf(after)).toEqual(numbers);
  expect(await metric('gateway_stream_resumes_total{route="news",result="redis"}')).toBe(1);
});

test('a position before the trimmed part of the stream causes a reset, and the client is live', async () => {
  const { gateway, add, client, commands } = await stageDurable('source: { ring: { entries: 2 } }');
  const { url, metric } = await gateway();
  const before = client(url, {});
  await before.next('gateway:position');
  await add(0);
  const [, meta] = await before.next('news');
  before.socket.disconnect();
  for (let n = 1; n <= 10; n += 1) await add(n);
  await expect.poll(() => metric('gateway_route_received_total{route="news"}')).toBe(11);
  await commands.xtrim('news', 'MAXLEN', 5);

  const after = client(url, { news: meta });
  expect(await after.next('gateway:reset')).toEqual([expect.objectContaining({ route: 'news', reason: 'trimmed' })]);
  await add(11);
  expect((await after.next('news'))[0]).toEqual({ to: 7, n: 11 });
  expect(numbersOf(after)).toEqual([11]);
});

test.each([
  ['from the ring', 'source: stream'],
  ['from Redis', 'source: { ring: { entries: 1 } }'],
])('entries that the route passes over are sent neither live nor in a replay, %s', async (_, source) => {
  const { gateway, add, client } = await stageDurable(`${source}\nwhen: { n: [1, 3, 5, 7] }`);
  const { url, metric } = await gateway();
  const before = client(url, {});
  await before.next('gateway:position');
  await add(1);
  const [, meta] = await before.next('news');
  for (const n of [2, 3, 4, 5, 6]) await add(n);
  await expect.poll(() => numbersOf(before)).toEqual([1, 3, 5]);

  const after = client(url, { news: meta });
  expect(await after.next('gateway:position')).toEqual([expect.objectContaining({ resumed: 2 })]);
  await add(8);
  await add(7);
  await expect.poll(() => numbersOf(after)).toEqual([3, 5, 7]);
  expect(numbersOf(before)).toEqual([1, 3, 5, 7]);
  const counted = ['received', 'delivered', 'passed_over'].map((name) => metric(`gateway_route_${name}_total`));
  expect(await Promise.all(counted)).toEqual([8, 4, 4]);
});
