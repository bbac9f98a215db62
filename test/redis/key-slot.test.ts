import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { slotOf } from '../../src/redis/key-slot.ts';
import { freePort } from '../support/ports.ts';
import { startRedis } from '../support/redis-server.ts';

test.each([
  ['123456789', 12_739],
  ['', 0],
  ['{a}b', slotOf('a')],
  ['x{a}b{c}', slotOf('a')],
])('the slot of %o', (key, slot) => {
  expect(slotOf(key)).toBe(slot);
});

test('the slot of a key is the one that Redis reports', { timeout: 60_000 }, async () => {
  const server = await startRedis({ port: await freePort(), args: ['--cluster-enabled', 'yes'] });
  const redis = new Redis(server.port, '127.0.0.1', { enableReadyCheck: false });
  onTestFinished(() => redis.disconnect());
  const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('{', '}', 'a', ':') }));
  await fc.assert(
    fc.asyncProperty(key, async (text) => {
      expect(slotOf(text)).toBe(await redis.call('CLUSTER', 'KEYSLOT', text));
    }),
    { numRuns: 300 },
  );
});
