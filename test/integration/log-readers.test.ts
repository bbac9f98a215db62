import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { AT_ONCE, gatewayAt, untilReady, type TestGateway } from '../support/gateway.ts';
import { freePort } from '../support/ports.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const STATUS = { user_id: 8, status: 'online' };
const DROPPED = 'gateway_log_lines_dropped_total';

interface Staged {
  readonly child: ChildProcess;
  readonly gateway: TestGateway;
  readonly redis: RedisServer;
}

/** The built gateway with its two outputs at these files. */
async function stage(stdout: number | 'pipe', stderr: number | 'pipe', mode = 'production'): Promise<Staged> {
  const [port, redis, auth] = await Promise.all([freePort(), startRedis(), startAuth()]);
  const env = {
    PATH: process.env['PATH'],
    BIND_ADDRESS: '127.0.0.1',
    PORT: String(port),
    NODE_ENV: mode,
    REDIS_URL: redis.url,
    AUTH_SERVICE_ADDR: auth.address,
    ...AT_ONCE,
  };
  const child = spawn(process.execPath, [MAIN, 'start'], { cwd: ROOT, env, stdio: ['ignore', stdout, stderr] });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const gateway = gatewayAt(port, async () => undefined);
  await expect.poll(() => gateway.get('/health/live').catch(() => undefined), { timeout: 20_000 }).toBeDefined();
  await untilReady(gateway);
  return { child, gateway, redis };
}

/** Anybody can make the gateway write a line: a handshake that is refused. */
const knock = async ({ url }: TestGateway): Promise<unknown> =>
  fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { Origin: 'https://evil.example' } });

/** Resolves with its exit code. */
async function serveAndStop({ child, gateway, redis }: Staged): Promise<unknown> {
  const client = await connectClient(gateway.url, TOKENS.alice);
  await expect
    .poll(async () => (await knock(gateway), await gateway.metric(DROPPED)), { timeout: 10_000 })
    .toBeGreaterThan(0);
  await redis.publish('user-status', STATUS);
  expect(await client.next('user-status-changed')).toEqual([STATUS]);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = await ended;
  return code;
}

describe('a gateway whose log cannot be written', { timeout: 60_000 }, () => {
  test.each(['production', 'development'])(
    'as the disk is full from the start, serves everybody (%s)',
    async (mode) => {
      const full = openSync('/dev/full', 'w');
      onTestFinished(() => closeSync(full));
      expect(await serveAndStop(await stage(full, full, mode))).toBe(0);
    },
  );

  test.each(['production', 'development'])('whose reader died, serves all clients (%s)', async (mode) => {
    const staged = await stage('pipe', 'pipe', mode);
    staged.child.stdout?.destroy();
    staged.child.stderr?.destroy();
    expect(await serveAndStop(staged)).toBe(0);
  });

  test('writes again once there is a reader, and reports how many lines are missing', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'log-')), 'pipe');
    spawnSync('mkfifo', [path]);
    const [reader, writer] = [openSync(path, 'r+'), openSync(path, 'w')];
    const staged = await stage(writer, writer);
    closeSync(writer);
    closeSync(reader);
    await expect
      .poll(async () => (await knock(staged.gateway), await staged.gateway.metric(DROPPED)), { timeout: 10_000 })
      .toBeGreaterThan(0);

    const lines: string[] = [];
    const again = createReadStream(path);
    onTestFinished(() => void again.destroy());
    createInterface(again).on('line', (line) => lines.push(line));
    await expect
      .poll(async () => (await knock(staged.gateway), lines.join('\n')), { timeout: 20_000 })
      .toMatch(/"lines":\d+,"reason":"EPIPE","msg":"log lines were dropped"/);
    staged.child.kill('SIGTERM');
    await expect.poll(() => lines.join('\n'), { timeout: 10_000 }).toContain('"msg":"stopped"');
  });
});

test('a command whose reader has read enough ends without a word', () => {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `${process.execPath} ${MAIN} --help | true; echo \${PIPESTATUS[0]} >&2`],
    {
      encoding: 'utf8',
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '0\n' });
});
