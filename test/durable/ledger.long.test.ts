import { expect, test } from 'vitest';
import { runLedger } from './ledger.ts';

// The short one; run-ledger.ts is the long one, by hand. A stream that keeps little makes resets, too.
test.each([
  ['nothing is lost', 20_000, {}],
  ['what the stream did not keep is told', 60, { trimmed: expect.any(Number) }],
])('gateways are killed, clients reconnect to any of them: %s', { timeout: 60_000 }, async (_, kept, resets) => {
  const report = await runLedger({ seconds: 7, ring: 20, kept, perSecond: 350, clients: 20 });
  expect(report).toMatchObject({ lostInSilence: 0, duplicates: 0, outOfOrder: 0, misdelivered: 0 });
  expect(resets).toMatchObject(report.resets);
  expect(report.expected).toBeGreaterThan(3000);
  expect([report.kills, report.redisKills].every((count) => count > 0)).toBe(true);
});
