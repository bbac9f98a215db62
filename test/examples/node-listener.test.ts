import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startRedis } from '../support/redis-server.ts';

const PROGRAM = fileURLToPath(new URL('../../examples/node/listen.mjs', import.meta.url));

/** The example as its reader runs it: a process of its own, whose lines come one by one. */
function listen(args: string[], environment: Record<string, string> = {}) {
  const program = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  const exit = once(program, 'exit');
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  return {
    exit,
    interrupt: () => program.kill('SIGINT'),
    async line(): Promise<string | undefined> {
      const { value } = await lines.next();
      return value;
    },
    /** The next line that says so; those before it are read over. */
    async lineWith(text: string): Promise<string> {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`the program ended without saying "${text}"`);
        if (value.includes(text)) return value;
      }
    },
  };
}

async function stage() {
  const [redis, auth] = await Promise.all([startRedis(), startAuth()]);
  const environment = { REDIS_URL: redis.url, AUTH_SERVICE_ADDR: auth.address };
  const gateway = await startGateway(environment);
  await untilReady(gateway);
  return { redis, environment, gateway };
}

const STATUS = { user_id: 7, status: 'online' };

test('the listener prints who it is and what it receives, and ends when it is interrupted', async () => {
  const { redis, gateway } = await stage();
  const listener = listen([gateway.url, TOKENS.alice]);
  expect(await listener.line()).toBe('connected as 7');

  await redis.publish('user-status', STATUS);
  expect(await listener.line()).toBe('user-status-changed {"user_id":7,"status":"online"}');

  listener.interrupt();
  expect(await listener.exit).toEqual([0, null]);
});

test('the listener takes URL and token from the environment', async () => {
  const { gateway } = await stage();
  const listener = listen([], { GATEWAY_URL: gateway.url, GATEWAY_TOKEN: TOKENS.bob });
  expect(await listener.line()).toBe('connected as 8');
});

test('the listener reconnects by itself when the gateway restarts, and receives again', async () => {
  const { redis, environment, gateway } = await stage();
  const listener = listen([gateway.url, TOKENS.alice]);
  await listener.lineWith('connected as 7');

  await gateway.stop();
  expect(await listener.line()).toBe('disconnected: transport close, reconnecting');
  expect(await listener.line()).toBe('not connected: websocket error, trying again');

  const restarted = await startGateway({ ...environment, PORT: String(gateway.port) });
  await listener.lineWith('connected as 7');
  await untilReady({ ...restarted, url: gateway.url });
  await redis.publish('user-status', STATUS);
  await listener.lineWith('user-status-changed');
});

test.for([
  { token: 'wrong', code: 'token-invalid' },
  { token: 'not a token', code: 'token-malformed' },
  { token: '', code: 'token-missing' },
])('the listener with token "$token" says that it was refused for $code, and ends', async ({ token, code }) => {
  const { gateway } = await stage();
  const listener = listen([gateway.url, token]);
  expect(await listener.line()).toMatch(new RegExp(`^refused: ${code} - unauthorized: `));
  expect(await listener.exit).toEqual([1, null]);
});
