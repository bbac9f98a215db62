import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { untilReady } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';
import { SLACK_MS } from '../support/slack.ts';

const STATUS = { user_id: 8, status: 'online' };

describe('the built program', () => {
  test('starts, delivers what is published, and on SIGTERM sends its clients elsewhere and exits with 0', async () => {
    const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
    const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address };
    const [first, second] = await Promise.all([runProgram(environment), runProgram(environment)]);
    await Promise.all([first.logged('subscribed to Redis'), second.logged('subscribed to Redis')]);
    const websocket = await connectClient(first.url, TOKENS.alice);
    const polling = await connectClient(first.url, TOKENS.bob, { transports: ['polling'] });
    await redis.publish('user-status', STATUS);
    expect(await websocket.next('user-status-changed')).toEqual([STATUS]);
    expect(await polling.next('user-status-changed')).toEqual([STATUS]);

    // As a load balancer would: the next connection goes to the other instance.
    for (const { socket } of [websocket, polling]) Reflect.set(socket.io, 'uri', second.url);
    first.signal('SIGTERM');

    expect(await first.ended).toBe(0);
    await Promise.all([websocket.next('connected'), polling.next('connected')]);
    await redis.publish('user-status', STATUS);
    expect(await websocket.next('user-status-changed')).toEqual([STATUS]);
    expect(await polling.next('user-status-changed')).toEqual([STATUS]);
  });

  test('without Redis it keeps trying, says so, and is not ready until Redis is there', async () => {
    const [port, auth] = await Promise.all([freePort(), startAuth()]);
    const program = await runProgram({ REDIS_URL: `redis://127.0.0.1:${port}`, AUTH_SERVICE_ADDR: auth.address });
    await program.logged('Redis cannot be reached; retrying');
    await program.logged('gateway started');
    expect((await program.get('/health')).status).toBe(503);
    expect((await program.get('/health/live')).status).toBe(200);

    const redis = await startRedis({ port });

    await program.logged('subscribed to Redis');
    expect((await program.get('/health')).status).toBe(200);
    const client = await connectClient(program.url, TOKENS.alice);
    await redis.publish('user-status', STATUS);
    expect(await client.next('user-status-changed')).toEqual([STATUS]);
  });

  test('a port that is in use is reported with what to do, and exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const program = await runProgram({ PORT: String(port) });
    expect(await program.ended).toBe(1);
    other.close();
    expect(program.output()).toContain(
      `cannot listen on port ${port}: another program listens on it. Set PORT to another one.`,
    );
  });

  test('a routes file with mistakes starts nothing: all of them are reported, exit code 78', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    const file = join(folder, 'routes.yaml');
    await writeFile(
      file,
      'version: 1\nroutes:\n  a: { evnt: x, schema: none.json, target: broadcast }\n  b: { event: y, schema: none.json, target: everyone }\n',
    );
    const started = await runProgram({ ROUTES_FILE: file, CONFIG_ROOT: folder });
    const checked = await runProgram({ CONFIG_ROOT: folder }, ['check', file]);
    // The log of a gateway names files from the root; a command names them as it was given them.
    for (const [program, name] of [
      [started, 'routes.yaml'],
      [checked, file],
    ] as const) {
      expect(await program.ended).toBe(78);
      expect(program.output()).toContain(`${name}:3:8  error  route "a": unknown key "evnt"`);
      expect(program.output()).toContain(`${name}:4:45  error  route "b": found "everyone". Who receives it: `);
    }
  });

  test('malformed variables are reported together, without secrets, exit code 78', async () => {
    const program = await runProgram({
      PORT: 'abc',
      AUTH_MODE: 'open',
      REDIS_URL: 'http://:canary-password@x',
      ADMIN_TOKEN: 'canary',
    });
    expect(await program.ended).toBe(78);
    for (const name of ['PORT', 'AUTH_MODE', 'REDIS_URL', 'ADMIN_TOKEN']) expect(program.output()).toContain(name);
    expect(program.output()).not.toContain('canary');
  });

  test('an unknown command is answered with the one that was meant, exit code 64', async () => {
    const program = await runProgram({}, ['chekc']);
    expect(await program.ended).toBe(64);
    expect(program.output()).toContain('Did you mean check?');
  });

  test('a check of sound files says what it found and exits with 0', async () => {
    const program = await runProgram({}, ['check']);
    expect(await program.ended).toBe(0);
    expect(program.output()).toBe('config/routes.yaml: 3 routes, 0 warnings\n');
  });
});

describe('health', () => {
  test.each(['hangs', 'is gone'])('turns 503 within 6 s when Redis %s, and back when it returns', async (fault) => {
    const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
    const program = await runProgram({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address });
    await program.logged('subscribed to Redis');
    await untilReady(program);
    const client = await connectClient(program.url, TOKENS.alice);

    const failedAt = performance.now();
    if (fault === 'hangs') redis.hang();
    else await redis.stop();
    await untilReady(program, 503);
    expect(performance.now() - failedAt).toBeLessThan(4000 + SLACK_MS);
    expect(await program.get('/health')).toMatchObject({ body: { status: 'unhealthy', connections: 1, users: 1 } });

    const back = fault === 'hangs' ? redis : await startRedis({ port: redis.port });
    if (fault === 'hangs') redis.resume();
    await untilReady(program);
    await back.publish('user-status', STATUS);
    expect(await client.next('user-status-changed')).toEqual([STATUS]);
    expect(client.received).toHaveLength(1);
  });
});
