import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openConnection, type Access } from '../../src/redis/server-connection.ts';
import { makeCertificates } from '../support/certificates.ts';
import { freePort } from '../support/ports.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';

const { file, remove } = makeCertificates();
afterAll(remove);

const PASSWORD = 'canary-3f9c1e';
const HOST = '127.0.0.1';
/** Protected mode accepts connections from the loopback interface. */
const OWN_ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

const printed = vi.spyOn(console, 'warn');
const printedError = vi.spyOn(console, 'error');
beforeEach(() => {
  printed.mockClear();
  printedError.mockClear();
});

async function redisWith(...args: string[]): Promise<number> {
  const { port } = await startRedis({ args });
  return port;
}

async function tlsRedis(certificate: string, clients: 'yes' | 'no' = 'no', ...more: string[]): Promise<number> {
  const port = await freePort();
  const pair = ['--tls-cert-file', file(`${certificate}.pem`), '--tls-key-file', file(`${certificate}.key`)];
  const args = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', clients, ...pair];
  await startRedis({ port, args: [...args, '--tls-ca-cert-file', file('ca.pem'), ...more] });
  return port;
}

/** Holds the only connection that this Redis accepts. */
async function full(port: number): Promise<number> {
  const holder = connect(port, HOST);
  onTestFinished(() => void holder.destroy());
  const answered = once(holder, 'data');
  holder.write('PING\r\n');
  await answered;
  return port;
}

/** A server at the port that is no Redis. */
async function peer(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const answers = (reply: string) => () => peer((socket) => socket.on('data', () => socket.write(reply.repeat(3))));

/** The cause of a failed connection, without the address. */
async function failure(host: string, port: number, access: Access): Promise<string> {
  const opening = openConnection({ host, port }, access, 'test');
  const error: unknown = await opening.then(
    (redis) => {
      redis.disconnect();
      throw new Error('it opened');
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new TypeError('no error');
  const [address, cause] = [`${host}:${port}: `, error.message];
  expect(cause.startsWith(address)).toBe(true);
  expect(cause).not.toContain(PASSWORD);
  expect([...printed.mock.calls, ...printedError.mock.calls]).toEqual([]);
  return cause.slice(address.length);
}

const LOGIN = { username: 'app', password: PASSWORD };
const TRUSTED = { tls: { ca: file('ca.pem'), certificate: undefined, key: undefined } };
const TRUST = 'REDIS_TLS_CA_FILE names the certificate to trust';
const UNTRUSTED = { tls: { ca: undefined, certificate: undefined, key: undefined } };

type Row = readonly [name: string, start: () => Promise<number>, access: Access, cause: string];

const REPLIES: readonly Row[] = [
  ['no password', () => redisWith('--requirepass', 'x'), {}, 'NOAUTH Authentication required.'],
  [
    'a wrong password',
    () => redisWith('--requirepass', 'x'),
    { password: PASSWORD },
    'WRONGPASS invalid username-password pair or user is disabled.',
  ],
  [
    'an unknown user',
    () => redisWith(),
    { ...LOGIN, db: 1 },
    'WRONGPASS invalid username-password pair or user is disabled.',
  ],
  ['a database that does not exist', () => redisWith(), { db: 99 }, 'ERR DB index is out of range'],
  [
    'a user who may not SELECT',
    () => redisWith('--user', 'app', 'on', `>${PASSWORD}`, '+@all', '-select'),
    { ...LOGIN, db: 1 },
    "NOPERM this user has no permissions to run the 'select' command",
  ],
  ['too many clients', async () => full(await redisWith('--maxclients', '1')), {}, 'ERR max number of clients reached'],
  [
    'too many clients, and a password and a database to send',
    async () => full(await redisWith('--maxclients', '1')),
    { password: PASSWORD, db: 1 },
    'ERR max number of clients reached',
  ],
  [
    'a server that loads its data',
    answers('-LOADING Redis is loading the dataset in memory\r\n'),
    { password: PASSWORD },
    'LOADING Redis is loading the dataset in memory',
  ],
  [
    'a replica without its master',
    answers("-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n"),
    {},
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  ],
  ['a reply before the first command', () => peer((socket) => socket.end('-ERR go away\r\n')), {}, 'ERR go away'],
];

const ENDINGS: readonly Row[] = [
  [
    'an unknown authority',
    () => tlsRedis('server'),
    UNTRUSTED,
    `self-signed certificate in certificate chain; ${TRUST}`,
  ],
  [
    'a certificate for another name',
    () => tlsRedis('named'),
    TRUSTED,
    "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list",
  ],
  ['a certificate that has expired', () => tlsRedis('expired'), TRUSTED, 'certificate has expired'],
  ['a self-signed certificate', () => tlsRedis('ca'), UNTRUSTED, `self-signed certificate; ${TRUST}`],
  [
    'a server that requires a certificate',
    () => tlsRedis('server', 'yes'),
    TRUSTED,
    'TLS: tlsv13 alert certificate required; REDIS_TLS_CLIENT_CERT_FILE names the certificate to show',
  ],
  [
    'an old version of TLS',
    () => tlsRedis('server', 'no', '--tls-protocols', 'TLSv1.1'),
    TRUSTED,
    'TLS: tlsv1 alert protocol version',
  ],
  [
    'plain text to a port with TLS',
    () => tlsRedis('server'),
    { password: PASSWORD },
    'closed without a reply; where the port speaks TLS, the URL begins with rediss',
  ],
  [
    'TLS to a Redis with plain text',
    () => redisWith(),
    TRUSTED,
    'no answer to TLS; where the port speaks plain text, the URL begins with redis',
  ],
  [
    'TLS to a server with plain text that answers',
    answers('HTTP/1.1 400 Bad Request\r\n\r\n'),
    TRUSTED,
    'the port does not speak TLS, the URL begins with redis',
  ],
  [
    'TLS to a server that closes',
    () => peer((socket) => socket.destroy()),
    TRUSTED,
    'closed during the TLS handshake: too many clients, or the port does not speak TLS',
  ],
  ['a web server', answers('HTTP/1.1 400 Bad Request\r\n\r\n'), {}, 'this is no Redis: it does not speak its protocol'],
  [
    'a server that closes',
    () => peer((socket) => socket.destroy()),
    {},
    'closed without a reply; where the port speaks TLS, the URL begins with rediss',
  ],
];

describe('a connection that Redis refuses', () => {
  test.each(REPLIES)('%s: the reply of Redis is the cause', async (_, start, access, cause) => {
    expect(await failure(HOST, await start(), access)).toBe(cause);
  });

  test.each(ENDINGS)('%s: the cause is named', async (_, start, access, cause) => {
    expect(await failure(HOST, await start(), access)).toBe(cause);
  });

  test.skipIf(OWN_ADDRESS === undefined)('protected mode is the cause, and no false warning is printed', async () => {
    const port = await redisWith('--bind', '0.0.0.0', '--protected-mode', 'yes');
    for (const access of [{}, { password: PASSWORD, db: 1 }])
      expect(await failure(OWN_ADDRESS ?? '', port, access)).toMatch(/^DENIED Redis is running in protected mode/);
  });

  test.each([
    ['a password that Redis does not need', () => redisWith(), { password: PASSWORD }],
    [
      'a user who may not name connections',
      () => redisWith('--user', 'app', 'on', `>${PASSWORD}`, '+@all', '-client|setname'),
      LOGIN,
    ],
  ])('%s is no obstacle', async (_, start, access) => {
    const redis = await openConnection({ host: HOST, port: await start() }, access, 'test');
    onTestFinished(() => redis.disconnect());
    expect(await redis.ping()).toBe('PONG');
    expect([...printed.mock.calls, ...printedError.mock.calls]).toEqual([]);
  });
});

describe('the log of the gateway', () => {
  const started: readonly (readonly [string, () => Promise<string>, RegExp, RegExp])[] = [
    [
      'too many clients',
      async () => `${HOST}:${await full(await redisWith('--maxclients', '1'))}`,
      /ERR max number of clients/,
      /^redis: .*: ERR max number of clients reached; the log has the cause$/,
    ],
    ['a port with TLS', async () => `${HOST}:${await tlsRedis('server')}`, /closed without a reply.*rediss/, /TLS/],
  ];
  test.each(started)(
    '%s: one line has address and cause, and nothing else is printed',
    async (_, start, cause, problem) => {
      const at = await start();
      const program = await runProgram({ REDIS_URL: `redis://:${PASSWORD}@${at}/1` });
      const { reason } = await program.logged('Redis cannot be reached; retrying');
      await program.logged('gateway started');
      const { body } = await program.get('/health');
      expect(body).toMatchObject({
        status: 'unhealthy',
        problems: expect.arrayContaining([expect.stringMatching(problem)]),
      });
      expect(JSON.stringify(body)).not.toContain(at.split(':')[1]);
      expect(reason).toMatch(cause);
      expect(reason).toContain(at);
      const lines = program.output().trim().split('\n');
      expect(lines.filter((line) => line.includes('Redis cannot be reached; retrying'))).toHaveLength(1);
      expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
      expect(program.output()).not.toContain(PASSWORD);
    },
  );
});
