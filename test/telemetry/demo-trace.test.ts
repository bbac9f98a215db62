import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { freePort } from '../support/ports.ts';
import { startRedis } from '../support/redis-server.ts';

test('the demo shows one trace from publisher to gateway to client, and says how to look at it', async () => {
  const [receiver, redis, port] = await Promise.all([startOtlpReceiver(), startRedis(), freePort()]);
  const env = {
    PATH: process.env['PATH'],
    PORT: String(port),
    REDIS_URL: redis.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  };
  const demo = spawn(process.execPath, ['demo/main.ts'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    demo.kill('SIGKILL');
    await once(demo, 'close');
  });
  const said: string[] = [];
  createInterface(demo.stdout).on('line', (line) => said.push(line));

  const received = await receiver.span('receive user-status-changed');
  const { traceId } = received;
  const inTrace = (name: string) => receiver.spans.find((span) => span.name === name && span.traceId === traceId);
  await expect
    .poll(() => receiver.spans.filter((span) => span.traceId === traceId).length, { timeout: 15_000 })
    .toBe(3);
  const [sent, processed] = [inTrace('send user-status'), inTrace('process user-status')];
  expect(sent).toBeDefined();
  expect(sent).not.toHaveProperty('parentSpanId');
  expect(processed).toMatchObject({ parentSpanId: sent?.spanId });
  expect(received.parentSpanId).toBe(processed?.spanId);
  expect(said.find((line) => line.startsWith('Traces'))).toContain(receiver.url);
});
