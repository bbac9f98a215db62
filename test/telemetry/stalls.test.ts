import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { createStallWatch } from '../../src/telemetry/events/event-loop-stalls.ts';

test('a blocked event loop is logged and counted once, with its duration', async () => {
  const lines: unknown[] = [];
  const metrics = createMetrics();
  const logger = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  const watch = createStallWatch(metrics, logger);
  onTestFinished(watch.stop);
  const count = async (): Promise<unknown> => (await metrics.stalls.get()).values[0]?.value;
  watch.start();

  const until = performance.now() + 2000;
  while (performance.now() < until);
  await expect.poll(count).toBe(1);

  expect(lines).toMatchObject([{ msg: 'event loop blocked' }]);
  expect(Object(lines[0]).seconds).toBeGreaterThanOrEqual(1.4);
});
