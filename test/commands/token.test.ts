import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AUDIENCE, edPair, ISSUER, jwkOf, now, payloadOf, startKeyServer, tokenOf } from '../auth/jwt/issuer.ts';
import { freePort } from '../support/ports.ts';

const KEY = edPair('one');
const ENTRY = 'dist/main.js';

interface Ran {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

async function gateway(args: string[], environment: Record<string, string> = {}): Promise<Ran> {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, out, err };
}

async function jwtEnvironment(): Promise<Record<string, string>> {
  const keys = await startKeyServer({ keys: [jwkOf(KEY)] });
  return {
    AUTH_METHODS: 'jwt',
    AUTH_JWT_ISSUER: ISSUER,
    AUTH_JWT_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: keys.url.href,
    ROUTES_FILE: 'test/commands/fixture/claims.yaml',
  };
}

/** The sample service as its command runs it. */
async function startAuthServer(...args: string[]): Promise<{ address: string; stop: () => Promise<unknown> }> {
  const port = String(await freePort());
  const child = spawn(process.execPath, [ENTRY, 'auth-server', '--port', port, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    address: `127.0.0.1:${port}`,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

describe('gateway token', () => {
  test('says who a JWT belongs to, its claims and its expiry, and never prints it', async () => {
    const environment = await jwtEnvironment();
    const token = tokenOf(KEY, payloadOf({ sub: '7', roles: ['staff', 'admin'], exp: now() + 900 }));
    const { code, out, err } = await gateway(['token'], { ...environment, GATEWAY_TOKEN: token });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^user {5}7$/m);
    expect(out).toMatch(/^claims {3}roles: staff, admin$/m);
    expect(out).toMatch(/^ +orgs: the token has none$/m);
    expect(out).toMatch(/^expires {2}\d{4}-.*Z, in 1[45] minutes$/m);
    expect(out).toMatch(/^methods {2}jwt: valid$/m);
    for (const part of token.split('.')) expect(out).not.toContain(part);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['for another service', { aud: 'other' }, 'token-invalid', 'its `aud` is not AUTH_JWT_AUDIENCE'],
    ['that has expired', { exp: now() - 60, iat: now() - 120 }, 'token-invalid', 'it has expired (`exp`)'],
    ['without a number as its user', { sub: 'ada' }, 'no-user-id', 'valid, without a user id of the kind'],
    ['of another issuer', { iss: 'https://other.example/' }, 'token-invalid', 'not a JWT of AUTH_JWT_ISSUER'],
  ])('says why a JWT %s is refused', async (_, changed, code, why) => {
    const ran = await gateway(['token', tokenOf(KEY, payloadOf(changed))], await jwtEnvironment());
    expect(ran.code).toBe(1);
    expect(ran.out).toContain(`refused  ${code}`);
    expect(ran.out).toContain(why);
    expect(ran.out).toContain('does not come back by itself');
  });

  test('says that a service cannot answer, with the cause', async () => {
    const { code, out } = await gateway(['token', 'x'], { AUTH_SERVICE_ADDR: `127.0.0.1:${await freePort()}` });
    expect(code).toBe(1);
    expect(out).toMatch(/^refused {2}auth-unavailable/m);
    expect(out).toContain('ECONNREFUSED');
    expect(out).toMatch(/^client {3}comes back by itself$/m);
  });

  test('prints one JSON document with --json', async () => {
    const ran = await gateway(['token', '--json', tokenOf(KEY, payloadOf({ roles: 'staff' }))], await jwtEnvironment());
    expect(JSON.parse(ran.out)).toEqual({
      valid: true,
      user: '7',
      method: 'jwt',
      claims: { roles: ['staff'] },
      expires_at: expect.any(Number),
    });
  });

  test.each([
    [['token'], {}, 64, 'no token: give it as an argument, or in GATEWAY_TOKEN'],
    [['token', 'x'], { AUTH_METHODS: 'jwt' }, 78, 'AUTH_METHODS has jwt, which needs AUTH_JWT_ISSUER'],
    [['token', 'x', '--file', 'none.yaml'], {}, 78, 'none.yaml'],
  ])('%j with %j ends with %d', async (args, environment, code, told) => {
    expect(await gateway(args, environment)).toMatchObject({ code, out: '', err: expect.stringContaining(told) });
  });
});

describe('gateway auth-server', () => {
  test('knows the users of its command line, their claims and expiry, until it is stopped', async () => {
    const server = await startAuthServer(
      '--user',
      '7=alice',
      '--user',
      '8=bob',
      '--claim',
      '7.roles=staff',
      '--expires-in',
      '600',
    );
    const environment = { AUTH_SERVICE_ADDR: server.address, ROUTES_FILE: 'test/commands/fixture/claims.yaml' };
    const alice = await gateway(['token', 'alice', '--json'], environment);
    expect(JSON.parse(alice.out)).toMatchObject({
      valid: true,
      user: '7',
      method: 'grpc',
      claims: { roles: ['staff'] },
    });
    const bob = await gateway(['token', 'bob', '--json'], environment);
    expect(JSON.parse(bob.out)).toMatchObject({ user: '8', claims: {} });
    expect(await gateway(['token', 'eve'], environment)).toMatchObject({ code: 1 });
    expect(await server.stop()).toEqual([0, null]);
  });

  test.each([
    [[], '--user'],
    [['--user', 'alice'], 'such as 7=alice'],
    [['--user', '7=alice', '--claim', '8.roles=staff'], '--claim names user 8, and --user does not'],
    [['--user', '7=alice', '--claim', 'roles=staff'], 'such as 7.roles=staff'],
    [['--user', '7=alice', '--port', 'x'], 'a whole number'],
  ])('refuses %j', async (args, told) => {
    expect(await gateway(['auth-server', ...args])).toMatchObject({ code: 64, err: expect.stringContaining(told) });
  });
});
