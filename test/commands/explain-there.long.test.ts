import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { awaitCommand } from '../contract/run-command.ts';
import { stageAdmin } from '../http/admin-stage.ts';
import { TOKENS } from '../support/auth-service.ts';
import { connectClient } from '../support/client.ts';
import { startGateway } from '../support/gateway.ts';
import { startPrefixProxy } from '../support/prefix-proxy.ts';
import { freePort } from '../support/ports.ts';

const ADMIN_TOKEN = 'an-admin-token-of-some-length';
const SALE = '{"feature_id":1,"old_owner_id":7,"new_owner_id":8}';

/** `gateway explain feature-status - --url …`, in a process of its own. */
function explainAt(
  url: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
  message: string | Buffer = SALE,
) {
  return awaitCommand(['explain', 'feature-status', '-', '--url', url, ...args], message, environment);
}

/** Something that speaks HTTP and is no gateway. */
async function serve(listener: RequestListener): Promise<string> {
  const port = await freePort();
  const server = createServer(listener).listen(port, '127.0.0.1');
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, 'listening');
  return `http://127.0.0.1:${port}`;
}

describe('gateway explain --url', () => {
  test('asks behind a proxy that takes a prefix away', async () => {
    const { gateway } = await stageAdmin({ NODE_ENV: 'production', ADMIN_TOKEN });
    const url = await startPrefixProxy('/rt', gateway.port);
    const { code, out } = await explainAt(`${url}/rt/`, [], { ADMIN_TOKEN });
    expect(code).toBe(0);
    expect(out).toContain(`gateway`);
    expect(out).toContain(`${url}/rt, plan 1`);
  });

  test('explains by the plan of the gateway there, and tells how many sockets it has', async () => {
    const { gateway } = await stageAdmin({ NODE_ENV: 'production', ADMIN_TOKEN });
    await Promise.all([TOKENS.alice, TOKENS.alice, TOKENS.bob].map((token) => connectClient(gateway.url, token)));

    const { code, out, err } = await explainAt(gateway.url, ['--user', '7'], { ADMIN_TOKEN, ROUTES_FILE: 'none.yaml' });

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('  rooms    user:7, user:8\n');
    expect(out).toContain('  user 7   receives it: user 7 is in old_owner_id\n');
    expect(out.split('\n').slice(-5)).toEqual([
      '',
      expect.stringMatching(new RegExp(`^gateway    ${gateway.url}, plan 1 \\([0-9a-f]{12}\\)$`)),
      'sockets    route feature-owners reaches 3 sockets there',
      '           user 7 has 2 sockets there',
      '',
    ]);
  });

  test('exit code 1 where the user would not hear it; --json prints the answer', async () => {
    const { gateway } = await stageAdmin();
    const { code, out } = await explainAt(gateway.url, ['--json', '--user', '9']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      plan: { number: 1 },
      explanation: { channel: 'feature-status', routes: [{ client: { hears: false } }] },
      sockets: { 'feature-owners': 0 },
      userSockets: 0,
    });
  });

  test.each([
    ['without the token', {}, 'it wants its admin token: set ADMIN_TOKEN'],
    ['with another one', { ADMIN_TOKEN: 'canary-5c1e77-canary' }, 'it has another ADMIN_TOKEN'],
  ])('%s it says so, and ends with 1', async (_, environment, words) => {
    const { gateway } = await stageAdmin({ NODE_ENV: 'production', ADMIN_TOKEN });
    expect(await explainAt(gateway.url, [], environment)).toEqual({
      code: 1,
      out: '',
      err: `${gateway.url}: ${words}\n`,
    });
  });

  test('tells that there is no admin API', async () => {
    const gateway = await startGateway({ REDIS_URL: 'redis://127.0.0.1:9', AUTH_SERVICE_ADDR: '127.0.0.1:9' });
    const { code, err } = await explainAt(gateway.url, [], { ADMIN_TOKEN });
    expect(code).toBe(1);
    expect(err).toContain('it has no admin API: in production that takes an ADMIN_TOKEN in its environment');
  });

  test('tells what the gateway refuses', async () => {
    const { gateway } = await stageAdmin({ MAX_MESSAGE_BYTES: '100' });
    const { code, err } = await explainAt(gateway.url, [], {}, `"${'x'.repeat(10_000)}"`);
    expect(code).toBe(1);
    expect(err).toContain('the body is too large: found ');
  });

  test('tells that nobody is there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, err } = await explainAt(url, [], { ADMIN_TOKEN });
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`^${url}: it cannot be reached: .*ECONNREFUSED`));
  });

  test.each<[string, RequestListener, string]>([
    ['a page', (_, response) => response.end('<html>'), '(status 200)'],
    [
      'other JSON',
      (_, response) => response.end('{"plan":{},"sockets":{},"explanation":{"routes":[{}]}}'),
      '(status 200)',
    ],
    ['another 404', (_, response) => response.writeHead(404).end('{"message":"no"}'), '(status 404)'],
    ['an error', (_, response) => response.writeHead(500).end('{"error":"internal error"}'), '(status 500)'],
    ['elsewhere', (_, response) => response.writeHead(307, { location: '/elsewhere' }).end(), '(status 307)'],
  ])('%s is no answer of a gateway, and the token goes nowhere else', async (_, listener, words) => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      listener(request, response);
    });
    expect(await explainAt(url, [], { ADMIN_TOKEN })).toEqual({
      code: 1,
      out: '',
      err: `${url}: it does not answer as a gateway does ${words}\n`,
    });
    expect(asked).toEqual(['/admin/explain']);
  });

  test('waits five seconds for an answer and no longer', async () => {
    const url = await serve((_, response) => void response.write('{'));
    expect(await explainAt(url)).toEqual({ code: 1, out: '', err: `${url}: no answer within 5 s\n` });
  });

  test('warns of a token that goes over the network in plain text, and not on this machine', async () => {
    const { err: open } = await explainAt('http://gateway.invalid:3000', [], { ADMIN_TOKEN });
    expect(open).toContain('warning: the admin token goes to http://gateway.invalid:3000 in plain text');
    for (const url of ['https://gateway.invalid', 'http://localhost:9', 'http://[::1]:9'])
      expect((await explainAt(url, [], { ADMIN_TOKEN })).err).not.toContain('warning');
    expect((await explainAt('http://gateway.invalid:3000')).err).not.toContain('warning');
  });

  test('does not ask about what JSON cannot carry', async () => {
    expect(await explainAt('http://localhost:9', [], {}, Buffer.from([0x7b, 0xff, 0x7d]))).toEqual({
      code: 1,
      out: '',
      err: 'the message is not UTF-8: every gateway drops it as not-json\n',
    });
  });

  test.each([
    [['--file', 'config/routes.yaml'], {}, 64, 'cannot be used with option'],
    [['--user', '7 8'], {}, 64, '--user is "7 8"'],
    [[], { ADMIN_TOKEN: 'canary' }, 78, 'ADMIN_TOKEN is a value that is not shown'],
  ])('%j with %j ends with %d', async (args, environment, code, words) => {
    const ended = await explainAt('http://localhost:9', args, environment);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(words);
    expect(ended.err).not.toContain('canary');
  });

  test('http://host:3000/?path is no URL of a gateway', async () => {
    expect(await explainAt('http://localhost:3000/?path')).toMatchObject({ code: 64 });
  });
});
