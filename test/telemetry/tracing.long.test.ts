import { describe, expect, test, vi } from 'vitest';
import { folderWith } from '../http/admin-stage.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient, createClient } from '../support/client.ts';
import { startOtlpGrpcReceiver, startOtlpReceiver, type Span } from '../support/otlp-receiver.ts';
import { runProgram, type Program } from '../support/program.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const SERVER = 2;
const CONSUMER = 5;
const CLIENT = 3;
const ERROR = 2;
const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const CALL = 'auth.AuthService/ValidateToken';
const NOTIFICATION = { id: 'canary-id', user_id: 7, type: 'login', title: 'canary-title', message: 'canary-text' };

async function traced(environment: Record<string, string>): Promise<{ program: Program; redis: RedisServer }> {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const program = await runProgram({
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    ...environment,
  });
  await program.logged('subscribed to Redis');
  return { program, redis };
}

describe('with an OTLP endpoint', () => {
  test('a message is one CONSUMER span that continues the publisher’s trace', async () => {
    const receiver = await startOtlpReceiver();
    const { program, redis } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    const client = await connectClient(program.url, TOKENS.alice);

    const traceparent = `00-${PARENT.traceId}-${PARENT.spanId}-01`;
    await redis.publish('notifications', { ...NOTIFICATION, traceparent, tracestate: 'dd=s:1', baggage: 'who=me' });

    expect(await client.next('notification-received')).toEqual([NOTIFICATION]);
    expect(await receiver.span('process notifications')).toMatchObject({
      kind: CONSUMER,
      traceId: PARENT.traceId,
      parentSpanId: PARENT.spanId,
      attributes: {
        'messaging.system.name': 'redis',
        'messaging.destination.name': 'notifications',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'gateway.route': 'notifications',
        'gateway.outcome': 'delivered',
        'gateway.recipients': 1,
      },
    });
    expect(receiver.raw()).toContain('"traceState":"dd=s:1"');
    expect(receiver.raw()).not.toContain('who=me');
  });

  test('a message that all routes pass over is a span without an error, in the trace of its publisher', async () => {
    const receiver = await startOtlpReceiver();
    const { redis } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ROUTES_FILE: await folderWith(`version: 1
routes:
  notifications:
    when: { type: sale }
    event: sold
    schema: ../schemas/notification.schema.json
    target: { user: user_id }
`),
    });
    const traceparent = `00-${PARENT.traceId}-${PARENT.spanId}-01`;
    await redis.publish('notifications', { ...NOTIFICATION, traceparent });
    const span = await receiver.span('process notifications');
    expect(span).toMatchObject({
      traceId: PARENT.traceId,
      attributes: { 'gateway.outcome': 'passed-over', 'gateway.passed_over': 1, 'gateway.recipients': 0 },
    });
    expect(span).not.toMatchObject({ status: { code: ERROR } });
  });

  test('a dropped message is an error span with its reason', async () => {
    const receiver = await startOtlpReceiver();
    const { redis } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    await redis.publish('notifications', { ...NOTIFICATION, user_id: 0 });
    expect(await receiver.span('process notifications')).toMatchObject({
      status: { code: ERROR },
      attributes: {
        'gateway.outcome': 'dropped',
        'gateway.drop.reason': 'invalid',
        'error.type': 'invalid',
        'gateway.recipients': 0,
      },
    });
  });

  test('a message’s span shows each step, in order', async () => {
    const receiver = await startOtlpReceiver();
    const { program, redis } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    await connectClient(program.url, TOKENS.alice);
    await redis.publish('notifications', NOTIFICATION);
    const { events } = await receiver.span('process notifications');
    const route = { 'gateway.route': 'notifications' };
    expect(events).toEqual([
      { name: 'gateway.read', attributes: {} },
      { name: 'gateway.checked', attributes: route },
      { name: 'gateway.targeted', attributes: route },
      { name: 'gateway.sent', attributes: route },
    ]);
  });

  test.each([
    ['that was let in', TOKENS.alice, 'valid', { 'gateway.outcome': 'accepted', 'gateway.identity': 'user' }],
    ['that was refused', 'canary', 'invalid', { 'gateway.outcome': 'rejected', 'gateway.rejection': 'token-invalid' }],
  ])('a handshake %s is a SERVER span above the authentication and its call', async (_, token, __, attributes) => {
    const receiver = await startOtlpReceiver();
    const { program } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    createClient(program.url, { auth: { token }, transports: ['websocket'] });
    const handshake = await receiver.span('handshake');
    const [authentication, call] = [await receiver.span('authenticate'), await receiver.span(CALL)];
    expect(handshake).toMatchObject({ kind: SERVER, attributes: { 'gateway.transport': 'websocket', ...attributes } });
    expect(handshake.parentSpanId ?? '').toBe('');
    const { traceId } = handshake;
    expect(authentication).toMatchObject({ traceId, parentSpanId: handshake.spanId });
    expect(call).toMatchObject({ traceId, parentSpanId: authentication.spanId, kind: CLIENT });
  });

  test('a handshake that is refused at the gate is a trace, too', async () => {
    const receiver = await startOtlpReceiver();
    const { program } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    const headers = { origin: 'https://elsewhere.example' };
    const answer = await fetch(`${program.url}/socket.io/?EIO=4&transport=polling`, { headers });
    expect(answer.status).toBe(403);
    expect(await receiver.span('handshake')).toMatchObject({
      kind: SERVER,
      attributes: {
        'gateway.transport': 'polling',
        'gateway.outcome': 'rejected',
        'gateway.rejection': 'origin-refused',
      },
    });
  });

  test('the log line of a refusal leads to the trace of its handshake', async () => {
    const receiver = await startOtlpReceiver();
    const { program } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    await createClient(program.url, { auth: { token: 'bad' } }).next('connect_error');
    const { traceId } = await receiver.span('handshake');
    expect(await program.logged('connection refused')).toMatchObject({ rejection: 'token-invalid', trace_id: traceId });

    const headers = { origin: 'https://elsewhere.example' };
    await fetch(`${program.url}/socket.io/?EIO=4&transport=polling`, { headers });
    const atGate = (): Span | undefined =>
      receiver.spans.find(({ attributes }) => attributes['gateway.rejection'] === 'origin-refused');
    await vi.waitFor(() => expect(atGate()).toBeDefined(), { timeout: 10_000 });
    const line = program
      .output()
      .split('\n')
      .find((text) => text.includes('"origin-refused"'));
    expect(line).toContain(`"trace_id":"${atGate()?.traceId}"`);
  });

  test('clients that share a call have one parent for it, and links from the others', async () => {
    const [receiver, auth] = [await startOtlpReceiver(), await startAuth()];
    const proxy = await startTcpProxy(Number(auth.address.split(':').at(-1)));
    const { program } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      AUTH_SERVICE_ADDR: `127.0.0.1:${proxy.port}`,
    });
    proxy.blackhole();
    const clients = [1, 2].map(() => createClient(program.url, { auth: { token: TOKENS.alice } }));
    await expect.poll(() => program.metric('gateway_auth_answers_total{source="shared"}')).toBe(1);
    proxy.pass();
    await Promise.all(clients.map((client) => client.next('connected')));
    const spansOf = (name: string): readonly Span[] => receiver.spans.filter((span) => span.name === name);
    await expect.poll(() => spansOf('authenticate').length).toBe(2);
    const [call] = spansOf(CALL);
    expect(spansOf(CALL)).toHaveLength(1);
    const links = spansOf('authenticate').map(({ attributes, links: to }) => [attributes['gateway.auth.source'], to]);
    expect(Object.fromEntries(links)).toEqual({
      service: [],
      shared: [{ traceId: call?.traceId, spanId: call?.spanId }],
    });
  });

  test('with TRACE_DROPS=always drops and refusals are traced although nothing is sampled', async () => {
    const receiver = await startOtlpReceiver();
    const { program, redis } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      TRACE_DROPS: 'always',
    });
    const client = await connectClient(program.url, TOKENS.alice);
    await createClient(program.url, { auth: { token: 'bad' } }).next('connect_error');
    const traceparent = `00-${PARENT.traceId}-${PARENT.spanId}-00`;
    await redis.publish('notifications', { ...NOTIFICATION, traceparent });
    await client.next('notification-received');
    await redis.publish('notifications', { ...NOTIFICATION, user_id: 0, traceparent });
    expect(await receiver.span('process notifications')).toMatchObject({
      traceId: PARENT.traceId,
      parentSpanId: PARENT.spanId,
      attributes: { 'gateway.drop.reason': 'invalid' },
    });
    expect(await receiver.span('handshake')).toMatchObject({ attributes: { 'gateway.rejection': 'token-invalid' } });
    program.signal('SIGTERM');
    await program.ended;
    expect(receiver.spans.map(({ name }) => name).sort()).toEqual(['handshake', 'process notifications']);
    expect(await program.logged('message dropped')).toMatchObject({ trace_id: PARENT.traceId });
  });

  test('an authentication is a span with its gRPC call as child', async () => {
    const receiver = await startOtlpReceiver();
    const { program } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    await createClient(program.url, { auth: { token: 'canary-token' } }).next('connect_error');
    const call = await receiver.span('auth.AuthService/ValidateToken');
    const authentication = await receiver.span('authenticate');
    expect(call).toMatchObject({
      kind: CLIENT,
      traceId: authentication.traceId,
      parentSpanId: authentication.spanId,
      attributes: {
        'rpc.system.name': 'grpc',
        'rpc.method': 'auth.AuthService/ValidateToken',
        'rpc.response.status_code': 'OK',
      },
    });
    expect(authentication.attributes).toEqual({
      'gateway.auth.method': 'grpc',
      'gateway.auth.source': 'service',
      'gateway.outcome': 'rejected',
      'gateway.rejection': 'token-invalid',
    });
  });

  test('no token, user id or payload is in any span, resource, log line or metric', async () => {
    const receiver = await startOtlpReceiver();
    const { program, redis } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ADMIN_TOKEN: 'canary-admin-token',
    });
    const client = await connectClient(program.url, TOKENS.big);
    await createClient(program.url, { auth: { token: 'canary-token' } }).next('connect_error');
    await redis.publish('notifications', { ...NOTIFICATION, user_id: '9007199254740993' });
    await client.next('notification-received');
    await redis.publish('notifications', '{"canary-key": "canary-value"}');
    await redis.publish('notifications', 'canary-broken');
    await redis.publish('user-status', { user_id: 7, status: 'online' });
    await client.next('user-status-changed');
    await receiver.span('process user-status');
    const metrics = await program.metrics();
    program.signal('SIGTERM');
    await program.ended;
    for (const told of [receiver.raw(), program.output(), metrics, JSON.stringify(await receiver.exported)]) {
      expect(told).not.toMatch(/canary|9007199254740993/);
      expect(told).not.toContain(TOKENS.big);
    }
    expect(receiver.raw()).toContain('websocket-gateway');
    // The command line may hold anything.
    expect(receiver.raw()).not.toContain('process.command');
  });

  test.each([
    ['an unsampled publisher is not recorded', '00', 'parentbased_always_on', undefined],
    ['always_off records nothing', '01', 'always_off', undefined],
    ['a ratio of 0 records nothing without a parent', undefined, 'traceidratio', '0'],
  ])('%s', async (_, flags, sampler, ratio) => {
    const receiver = await startOtlpReceiver();
    const { program, redis } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: sampler,
      ...(ratio !== undefined && { OTEL_TRACES_SAMPLER_ARG: ratio }),
    });
    const traceparent = flags === undefined ? {} : { traceparent: `00-${PARENT.traceId}-${PARENT.spanId}-${flags}` };
    await redis.publish('notifications', { ...NOTIFICATION, ...traceparent });
    await expect.poll(() => program.metric('gateway_route_received_total{route="notifications"}')).toBe(1);
    // Stopping exports what there is.
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(receiver.spans).toEqual([]);
  });

  test('spans are sent as protobuf unless configured otherwise', async () => {
    const receiver = await startOtlpReceiver();
    const { redis } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await redis.publish('notifications', NOTIFICATION);
    expect(await receiver.exported).toBe('application/x-protobuf');
    expect(receiver.raw()).toContain('process notifications');
  });

  test('spans go out over gRPC where that is asked for', async () => {
    const receiver = await startOtlpGrpcReceiver();
    const { redis } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    await redis.publish('notifications', NOTIFICATION);
    expect(await receiver.exported).toContain('process notifications');
  });

  test('a collector that is gone delays neither delivery nor the end', async () => {
    const { program, redis } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    const client = await connectClient(program.url, TOKENS.alice);
    await redis.publish('notifications', NOTIFICATION);
    expect(await client.next('notification-received')).toEqual([NOTIFICATION]);
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });
});
