import { once } from 'node:events';
import { createServer } from 'node:net';
import { ServerCredentials, status } from '@grpc/grpc-js';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { createClient } from '../support/client.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { startRedis } from '../support/redis-server.ts';
import { runGateway, type RunningGateway } from '../sockets/running-gateway.ts';
import { freePort } from '../support/ports.ts';
import { startFaultyService, startSilentService, type ValidateToken } from './faulty-service.ts';

const { file, remove } = makeCertificates();
afterAll(remove);

const SECRET = 'secret-words-of-the-service';
const valid: ValidateToken = (_, reply) => reply(null, { valid: true, user_id: '7' });
const says = (code: status) => async (): Promise<string> =>
  (await startFaultyService((_, reply) => reply({ code, details: `${SECRET} ${TOKENS.alice}` }))).address;
const tlsService = async (at = '127.0.0.1:0'): Promise<string> => {
  const pair = { cert_chain: readFileSync(file('server.pem')), private_key: readFileSync(file('server.key')) };
  const credentials = ServerCredentials.createSsl(null, [pair]);
  return (await startFaultyService(valid, onTestFinished, at, credentials)).address;
};
/** Not a gRPC server. */
const httpServer = async (): Promise<string> => {
  const server = createServer((peer) => {
    peer.on('error', () => peer.destroy());
    peer.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
};

async function run(address: string, environment: Record<string, string> = {}): Promise<RunningGateway> {
  const redis = await startRedis();
  return runGateway({ REDIS_URL: redis.url, AUTH_SERVICE_ADDR: address, ...environment }, onTestFinished);
}

interface Health {
  status: string;
  problems: string[];
}

async function healthOf(gateway: RunningGateway): Promise<Health> {
  const response = await fetch(`${gateway.url}/health`);
  expect(response.status).toBe(200);
  const body: unknown = await response.json();
  const [status, problems] = ['status', 'problems'].map((key): unknown => Object(body)[key]);
  return { status: String(status), problems: Array.isArray(problems) ? problems.map(String) : [] };
}

/** Log lines that name the auth service. */
function lines(gateway: RunningGateway): Record<string, unknown>[] {
  const all = gateway
    .log()
    .split('\n')
    .filter((line) => line.includes('"authService"'));
  return all.map((line) => ({ ...Object(JSON.parse(line)) }));
}

/** Lines of both outputs that are not JSON, except Node's warning about TLS to an IP address. */
function holdsJsonOnly(gateway: RunningGateway): void {
  const others = gateway
    .log()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{') && !/DEP0123|trace-deprecation/.test(line));
  expect(others).toEqual([]);
}

const UNREACHED: readonly [
  what: string,
  address: () => Promise<string>,
  environment: Record<string, string>,
  cause: RegExp,
  problem: RegExp,
][] = [
  [
    'is down',
    async () => `127.0.0.1:${await freePort()}`,
    {},
    /UNAVAILABLE: .*ECONNREFUSED/,
    /the connection is refused \(UNAVAILABLE\)/,
  ],
  [
    'has a name that does not resolve',
    async () => 'no-such-host.invalid:50051',
    {},
    /UNAVAILABLE: Name resolution failed/,
    /its name does not resolve/,
  ],
  [
    'speaks TLS, and the gateway does not',
    tlsService,
    {},
    /UNAVAILABLE: /,
    /it closes the connection before it answers/,
  ],
  [
    'does not speak TLS, and the gateway does',
    async () => (await startFaultyService(valid)).address,
    { GRPC_TLS_ENABLED: 'true', GRPC_TLS_CA_FILE: file('ca.pem') },
    /wrong version number/,
    /it does not speak TLS/,
  ],
  [
    'has a certificate for another name',
    async () => (await tlsService('127.0.0.2:0')).replace('127.0.0.1', '127.0.0.2'),
    { GRPC_TLS_ENABLED: 'true', GRPC_TLS_CA_FILE: file('ca.pem') },
    /altnames/,
    /its TLS certificate is not accepted/,
  ],
  [
    'has a certificate of another authority',
    () => tlsService(),
    { GRPC_TLS_ENABLED: 'true', GRPC_TLS_CA_FILE: file('other.pem') },
    /certificate|signature/i,
    /its TLS certificate is not accepted/,
  ],
  ['is another kind of server', httpServer, {}, /UNAVAILABLE: /, /it closes the connection before it answers/],
  [
    'accepts connections and sends nothing',
    async () => (await startSilentService()).address,
    {},
    /DEADLINE_EXCEEDED: Deadline exceeded/,
    /it does not answer within 2 s \(DEADLINE_EXCEEDED\)/,
  ],
];

describe('a gateway whose auth service', { timeout: 40_000 }, () => {
  test.each(UNREACHED)(
    '%s: the gateway reports it within seconds, with the cause, before any client connects',
    async (_, start, environment, cause, problem) => {
      const address = await start();
      const gateway = await run(address, environment);
      await gateway.logged('the auth service cannot be reached');
      const [line] = lines(gateway);
      expect(line).toMatchObject({
        level: 'warn',
        authService: address,
        cause: expect.stringMatching(cause),
        hint: expect.any(String),
      });
      const health = await healthOf(gateway);
      expect(health.status).toBe('degraded');
      expect(health.problems).toEqual([expect.stringMatching(problem)]);
      expect(health.problems[0]).toMatch(/^auth: /);
      expect(health.problems[0]).not.toContain(address);
      holdsJsonOnly(gateway);
    },
  );

  test('starts later is found, and the gateway is healthy', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const gateway = await run(address);
    await gateway.logged('the auth service cannot be reached');
    await startAuth(onTestFinished, address);
    await gateway.logged('the auth service can be reached');
    expect(await healthOf(gateway)).toEqual({ status: 'healthy', problems: [] });
    await createClient(gateway.url, { auth: { token: TOKENS.alice } }).next('connected');
  });

  test.each([
    ['UNIMPLEMENTED', status.UNIMPLEMENTED, /the server has no auth.AuthService\/ValidateToken/],
    ['PERMISSION_DENIED', status.PERMISSION_DENIED, /it refuses the gateway/],
    ['INTERNAL', status.INTERNAL, /it fails/],
    ['UNAVAILABLE', status.UNAVAILABLE, /it fails/],
  ])(
    'answers %s is reported in log, metrics and health, without the text of the service',
    async (name, code, reason) => {
      const address = await says(code)();
      const gateway = await run(address);
      createClient(gateway.url, { auth: { token: TOKENS.alice } });
      await gateway.logged('the auth service does not validate tokens');
      const [line] = lines(gateway);
      expect(line).toMatchObject({ authService: address, status: name, cause: expect.stringMatching(reason) });
      expect(await gateway.metric(`gateway_auth_failures_total{status="${name}"}`)).toBeGreaterThan(0);
      const health = await healthOf(gateway);
      expect(health).toMatchObject({ status: 'degraded', problems: [expect.stringMatching(reason)] });
      for (const text of [gateway.log(), JSON.stringify(health)]) expect(text).not.toMatch(new RegExp(SECRET));
      holdsJsonOnly(gateway);
    },
  );

  test('fails for one token and answers the next counts as healthy again', async () => {
    const { address } = await startFaultyService((call, reply) =>
      call.request.token === 'bad' ? reply({ code: status.INTERNAL }) : valid(call, reply),
    );
    const gateway = await run(address);
    createClient(gateway.url, { auth: { token: 'bad' }, reconnection: false });
    await vi.waitFor(async () => expect((await healthOf(gateway)).status).toBe('degraded'), { timeout: 10_000 });
    await createClient(gateway.url, { auth: { token: 'good' } }).next('connected');
    expect(await healthOf(gateway)).toEqual({ status: 'healthy', problems: [] });
  });

  test('is called directly, whatever http_proxy says', async () => {
    const { address } = await startAuth();
    const gateway = await run(address, {
      http_proxy: `http://127.0.0.1:${await freePort()}`,
      grpc_proxy: 'http://127.0.0.1:9',
    });
    await createClient(gateway.url, { auth: { token: TOKENS.alice } }).next('connected');
    expect(await healthOf(gateway)).toEqual({ status: 'healthy', problems: [] });
    holdsJsonOnly(gateway);
  });
});
