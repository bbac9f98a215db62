import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { freePort } from '../support/ports.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';
import { startSilentService } from '../auth/faulty-service.ts';

async function run(environment: Record<string, string>): Promise<Program> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const program = await runProgram({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    ...environment,
  });
  await program.logged('subscribed to Redis');
  return program;
}

/** Answers each export with 401, and words that are nobody's business. */
async function startStrictCollector(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(401).end('canary-of-the-collector')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function holdsJsonOnly(program: Program): void {
  expect(
    program
      .output()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('{')),
  ).toEqual([]);
}

/** A drain, and the two seconds that spans are given; with slack for a busy machine. */
const STOP_MS = 8000;

/** @returns how long the stop took, in milliseconds. */
async function stopTime(program: Program): Promise<number> {
  const askedAt = performance.now();
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const took = performance.now() - askedAt;
  expect(program.output()).not.toMatch(/"level":"(fatal|error)"/);
  holdsJsonOnly(program);
  return took;
}

describe('spans that cannot be sent', { timeout: 60_000 }, () => {
  test.each<[what: string, endpoint: () => Promise<string>, environment: Record<string, string>, cause: RegExp]>([
    [
      'as no collector is there',
      async () => `http://127.0.0.1:${await freePort()}`,
      { OTEL_EXPORTER_OTLP_TIMEOUT: '1000' },
      /ECONNREFUSED/,
    ],
    [
      'as no collector is there, by gRPC',
      async () => `http://127.0.0.1:${await freePort()}`,
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' },
      /UNAVAILABLE|ECONNREFUSED/,
    ],
    ['as the collector wants a key', startStrictCollector, { OTEL_LOG_LEVEL: 'debug' }, /^401: Unauthorized$/],
  ])(
    '%s give one line with the cause and a count; clients and the stop do not mind',
    async (_, start, environment, cause) => {
      const endpoint = await start();
      const program = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...environment });
      await connectClient(program.url, TOKENS.alice);
      const line = await program.logged('spans could not be sent');
      expect(line).toMatchObject({ level: 'warn', cause: expect.stringMatching(cause), collector: endpoint });
      expect(await program.metric('gateway_span_exports_failed_total')).toBeGreaterThan(0);
      expect(program.output()).not.toContain('canary-of-the-collector');
      expect(await stopTime(program)).toBeLessThan(STOP_MS);
    },
  );

  test('as the collector hangs do not hold up the stop', async () => {
    const { address } = await startSilentService();
    const program = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${address}` });
    await connectClient(program.url, TOKENS.alice);
    expect(await stopTime(program)).toBeLessThan(STOP_MS);
  });

  test('as the endpoint has no scheme are said at the start', async () => {
    const program = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' });
    const line = await program.logged('OpenTelemetry variable not understood');
    expect(line).toMatchObject({ level: 'warn', problem: expect.stringContaining('http://') });
    expect(await stopTime(program)).toBeLessThan(STOP_MS);
  });
});
