import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { freePort } from '../support/ports.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';
import { launchBrowser, openPage } from './chromium.ts';

const PUBLISHER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const STATUS = { user_id: 7, status: 'online' };

let browser: Browser;
let origin: string;

beforeAll(async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'tracing-page-'));
  const options = { root: 'examples/tracing', build: { outDir, emptyOutDir: true }, logLevel: 'silent' as const };
  await build(options);
  const port = await freePort();
  const page = await preview({ ...options, preview: { port, host: '127.0.0.1', strictPort: true } });
  browser = await launchBrowser();
  origin = `http://127.0.0.1:${port}`;
  return async () => {
    await Promise.all([browser.close(), page.close()]);
  };
});

test('a page continues the trace, by OpenTelemetry’s own SDK: publisher, gateway, page', async () => {
  const [receiver, redis, auth] = await Promise.all([startOtlpReceiver(), startRedis(), startAuth()]);
  const program = await runProgram({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    CORS_ORIGIN: origin,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  await program.logged('subscribed to Redis');
  const query = new URLSearchParams({ gateway: program.url, token: TOKENS.alice, otlp: receiver.url });
  const { page, complaints } = await openPage(browser, `${origin}/?${query.toString()}`);
  await page.getByText('Connected.').waitFor();

  const traceparent = (flags: string): string => `00-${PUBLISHER.traceId}-${PUBLISHER.spanId}-${flags}`;
  await redis.publish('user-status', { ...STATUS, traceparent: traceparent('00') });
  await redis.publish('user-status', { ...STATUS, traceparent: traceparent('01') });

  const received = await receiver.span('receive user-status-changed');
  const processed = await receiver.span('process user-status');
  expect(processed).toMatchObject({ traceId: PUBLISHER.traceId, parentSpanId: PUBLISHER.spanId });
  expect(received).toMatchObject({ traceId: PUBLISHER.traceId, parentSpanId: processed.spanId });
  // The one that is not sampled is shown, and has no span.
  expect(await page.locator('#events > li').count()).toBe(2);
  expect(receiver.spans.filter(({ name }) => name.startsWith('receive'))).toHaveLength(1);
  expect(complaints).toEqual([]);
});
