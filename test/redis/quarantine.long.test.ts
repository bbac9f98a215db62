import { expect, onTestFinished, test } from 'vitest';
import { redisUrl } from '../../src/config/environment/redis-url.ts';
import { createCommands } from '../../src/redis/commands.ts';
import { openQuarantine } from '../../src/redis/quarantine-reader.ts';
import { createQuarantineWriter } from '../../src/redis/quarantine-writer.ts';
import { startRedis } from '../support/redis-server.ts';
import { SLACK_MS } from '../support/slack.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { startClusterSet } from './cluster-set.ts';

function keptFor(route: string) {
  const message = Buffer.from(`{"of":"${route}"}`);
  return {
    route,
    channel: 'orders',
    reason: 'invalid' as const,
    detail: undefined,
    at: 1_763_888_400_000,
    message,
    bytes: message.length,
  };
}

async function stage(url: string) {
  const target = { address: redisUrl(url), tlsFiles: { ca: undefined, certificate: undefined, key: undefined } };
  const commands = createCommands(target, 'test', () => undefined);
  onTestFinished(() => commands.close());
  const reader = await openQuarantine(target);
  onTestFinished(() => reader.close());
  return { writer: createQuarantineWriter(commands, 1000), reader };
}

test(
  'of a cluster: each route is kept, read and removed at the node that has its key',
  { timeout: 60_000 },
  async () => {
    const { nodes } = await startClusterSet();
    const { writer, reader } = await stage(`redis+cluster://127.0.0.1:${nodes[0]?.port}`);
    // Spread over all nodes.
    const routes = ['a', 'b', 'c', 'orders', 'user-status', 'x:y.z_1'];
    for (const route of routes) {
      expect(await writer.keep(keptFor(route))).toBe(true);
      expect(await writer.keep(keptFor(route))).toBe(false);
      const [entry, ...others] = await reader.last(route, 10);
      expect(others).toEqual([]);
      if (entry === undefined) throw new Error(`nothing of ${route}`);
      expect(entry).toEqual({ id: entry.id, ...keptFor(route) });
      await reader.unmark(entry);
      expect(await writer.keep(keptFor(route))).toBe(true);
      await reader.remove(entry);
      expect(await reader.count(route)).toBe(1);
    }
    const sizes = await Promise.all(nodes.map(({ admin }) => admin.dbsize()));
    expect(sizes.every((size) => size > 0)).toBe(true);
  },
);

test('a Redis that hangs: keeping a message fails within seconds, and works again when Redis resumes', async () => {
  const redis = await startRedis();
  const { writer, reader } = await stage(redis.url);
  expect(await writer.keep(keptFor('a'))).toBe(true);
  redis.hang();
  const asked = Date.now();
  await expect(writer.keep(keptFor('b'))).rejects.toThrow(/no answer|closed/i);
  expect(Date.now() - asked).toBeLessThan(8000 + SLACK_MS);
  redis.resume();
  // The first may still have arrived.
  await expect
    .poll(
      () =>
        writer.keep(keptFor('c')).then(
          () => true,
          () => false,
        ),
      { timeout: 15_000 },
    )
    .toBe(true);
  expect(await reader.count('c')).toBe(1);
});

test('a slow link: 120 messages of 64 KB are read, and a copy is found among them', { timeout: 60_000 }, async () => {
  const redis = await startRedis();
  const proxy = await startTcpProxy(redis.port);
  const { writer } = await stage(redis.url);
  const messages = Array.from({ length: 120 }, (_, n) => Buffer.alloc(64_000, `${n},`));
  for (const message of messages) await writer.keep({ ...keptFor('a'), message, bytes: message.length });
  const { reader } = await stage(`redis://127.0.0.1:${proxy.port}`);
  // 7.7 MB in about four seconds, which is longer than the deadline without a byte.
  proxy.rate(2_000_000);
  const found = await reader.last('a', 200);
  expect(found.map(({ message }) => message.subarray(0, 8))).toEqual(
    messages.toReversed().map((message) => message.subarray(0, 8)),
  );
  const [newest] = found;
  if (newest === undefined) throw new Error('nothing was read');
  await reader.removeCopy('a', newest);
  expect(await reader.count('a')).toBe(119);
  expect((await reader.next('a', 2)).map(({ id }) => id)).toEqual(
    found
      .slice(-2)
      .toReversed()
      .map(({ id }) => id),
  );
});
