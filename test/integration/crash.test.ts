import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const FAULTS = new URL('./fixture/faults.mjs', import.meta.url);
const TOLD = 'uncaught error; exiting';

async function startWith(fault: string, environment: Record<string, string> = {}): Promise<Program> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const program = await runProgram({
    NODE_OPTIONS: `--import=${FAULTS.href}`,
    FAULT: fault,
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    ...environment,
  });
  await program.logged('subscribed to Redis');
  return program;
}

test.each(['rejection', 'exception'])('an uncaught error (%s) ends the process with 1', async (fault) => {
  const program = await startWith(fault);
  const client = await connectClient(program.url, TOKENS.alice, { reconnection: false });

  program.signal('SIGUSR2');

  expect(await program.ended).toBe(1);
  expect(await program.logged(TOLD)).toMatchObject({
    level: 'fatal',
    error: { type: 'Error', message: 'a planted fault', stack: expect.stringContaining('faults.mjs:') },
  });
  // What makes a stock client come back.
  expect(await client.next('disconnect')).toEqual(['transport close']);
});

test.each(['parsing', 'an error that holds a command', 'no error at all'])(
  'what may hold a payload or a secret is not told (%s)',
  async (fault) => {
    const program = await startWith(fault);
    program.signal('SIGUSR2');
    expect(await program.ended).toBe(1);
    expect(await program.logged(TOLD)).toMatchObject({ error: { type: expect.any(String) } });
    expect(program.output()).not.toContain('canary');
  },
);

test('spans that wait are sent before', async () => {
  const receiver = await startOtlpReceiver();
  const program = await startWith('rejection', {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '300000',
  });
  await connectClient(program.url, TOKENS.alice, { reconnection: false });
  expect(receiver.spans).toEqual([]);

  program.signal('SIGUSR2');

  expect(await program.ended).toBe(1);
  expect(await receiver.span('authenticate')).toBeDefined();
});

test('a collector that takes nothing delays the end by seconds at most', async () => {
  const hangs = createServer(() => {}).listen(0, '127.0.0.1');
  onTestFinished(() => void hangs.close());
  await once(hangs, 'listening');
  const address = hangs.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const program = await startWith('rejection', {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: '300000',
    OTEL_EXPORTER_OTLP_TIMEOUT: '300000',
  });
  await connectClient(program.url, TOKENS.alice, { reconnection: false });
  program.signal('SIGUSR2');
  expect(await program.ended).toBe(1);
});
