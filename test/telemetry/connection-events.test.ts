import { afterEach, expect, test, vi } from 'vitest';
import { createConnectionEvents } from '../../src/telemetry/events/connection-events.ts';
import { createLogger } from '../../src/telemetry/logging/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { startTracing } from '../../src/telemetry/tracing/tracing.ts';

afterEach(() => void vi.useRealTimers());

test('closings are logged once a second for each code, with how many were held back', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const lines: unknown[] = [];
  const logger = createLogger({ level: 'info', pretty: false }, { write: (line) => lines.push(JSON.parse(line)) });
  const events = createConnectionEvents(createMetrics(), logger, startTracing({}, '0', false));

  for (let i = 0; i < 5; i += 1) events.closing('draining');
  events.closing('revoked');
  vi.advanceTimersByTime(1000);
  events.closing('draining');

  const told = { level: 'info', time: expect.any(String), msg: 'connection closed by the gateway' };
  expect(lines).toEqual([
    { ...told, code: 'draining' },
    { ...told, code: 'revoked' },
    { ...told, code: 'draining', heldBack: 4 },
  ]);
});
