import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient, type TestClient } from '../support/client.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const STATUS = { user_id: 7, status: 'online' };

async function stage(): Promise<{ program: Program; redis: RedisServer; receiver: OtlpReceiver }> {
  const [receiver, redis, auth] = await Promise.all([startOtlpReceiver(), startRedis(), startAuth()]);
  const program = await runProgram({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  await program.logged('subscribed to Redis');
  return { program, redis, receiver };
}

async function curious(program: Program, options: object = {}): Promise<TestClient> {
  const client = createClient(program.url, { auth: { token: TOKENS.alice, trace: true }, ...options });
  await client.next('connected');
  return client;
}

describe('a client that asks for traces', () => {
  test.each(['websocket', 'polling'])(
    'gets, by %s, the context of the gateway’s span beside the payload',
    async (by) => {
      const { program, redis, receiver } = await stage();
      const client = await curious(program, { transports: [by] });
      const plain = await connectClient(program.url, TOKENS.bob);
      await redis.publish('user-status', { ...STATUS, traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` });
      const { traceId, spanId } = await receiver.span('process user-status');
      expect(traceId).toBe(TRACE_ID);
      expect(await client.next('user-status-changed')).toEqual([STATUS, { traceparent: `00-${traceId}-${spanId}-01` }]);
      expect(await plain.next('user-status-changed')).toEqual([STATUS]);
    },
  );

  test('gets none of a message that is not recorded, and the payload alone', async () => {
    const { program, redis } = await stage();
    const client = await curious(program);
    await redis.publish('user-status', { ...STATUS, traceparent: `00-${TRACE_ID}-b7ad6b7169203331-00` });
    expect(await client.next('user-status-changed')).toEqual([STATUS]);
  });
});
