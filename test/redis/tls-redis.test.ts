import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { redisUrl } from '../../src/config/environment/redis-url.ts';
import { publishOnce } from '../../src/redis/publisher.ts';
import { makeCertificates } from '../support/certificates.ts';
import { freePort } from '../support/ports.ts';
import { runProgram } from '../support/program.ts';
import { startRedis } from '../support/redis-server.ts';
import { startClusterSet } from './cluster-set.ts';
import { documentedRights } from './documented-rights.ts';
import { startSentinelSet } from './sentinel-set.ts';
import { stageRedis } from './stage.ts';

const { file, remove } = makeCertificates();
afterAll(remove);

const CA = { REDIS_TLS_CA_FILE: file('ca.pem') };
const MUTUAL = {
  ...CA,
  REDIS_TLS_CLIENT_CERT_FILE: file('client.pem'),
  REDIS_TLS_CLIENT_KEY_FILE: file('client.key'),
};
const CLIENT = { tls: { ca: readFileSync(file('ca.pem')) }, password: 'canary-secret' };
const FILES = {
  'tls-cert-file': file('server.pem'),
  'tls-key-file': file('server.key'),
  'tls-ca-cert-file': file('ca.pem'),
};
const PASSWORDS = ['--requirepass', CLIENT.password, '--masterauth', CLIENT.password];

function tlsArgs(port: number, clients: 'yes' | 'no'): string[] {
  const files = Object.entries(FILES).flatMap(([name, path]) => [`--${name}`, path]);
  return ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', clients, ...files];
}

function publisherAt(port: number, options: object): (channel: string, message: object) => Promise<number> {
  const redis = new Redis({ port, host: '127.0.0.1', ...options });
  onTestFinished(() => redis.disconnect());
  return (channel, message) => redis.publish(channel, JSON.stringify(message));
}

describe('Redis with TLS', { timeout: 90_000 }, () => {
  test('that requires a client certificate gets the certificate of the gateway', async () => {
    const port = await freePort();
    await startRedis({ port, args: tlsArgs(port, 'yes') });
    const { untilReceived, gateway } = await stageRedis({ REDIS_URL: `rediss://127.0.0.1:${port}`, ...MUTUAL });
    const pair = { cert: readFileSync(file('client.pem')), key: readFileSync(file('client.key')) };
    await untilReceived(publisherAt(port, { tls: { ...CLIENT.tls, ...pair } }));
    expect(await gateway.metric('gateway_redis_probed')).toBe(1);
  });

  test.each([
    ['the system’s authorities are all we know', {}],
    ['another authority is all we know', { REDIS_TLS_CA_FILE: file('other.pem') }],
  ])('is refused where %s, and the log says so', async (_, files) => {
    const port = await freePort();
    await startRedis({ port, args: tlsArgs(port, 'no') });
    const program = await runProgram({ REDIS_URL: `rediss://:canary@127.0.0.1:${port}`, ...files });
    const line = await program.logged('Redis cannot be reached; retrying');
    expect(line['reason']).toMatch(/certificate/);
    expect((await program.get('/health/ready')).status).toBe(503);
    expect(program.output()).not.toContain('canary');
  });

  test('and sentinels with TLS, each with a password of its own', async () => {
    const lines = [
      'tls-port $PORT',
      ...Object.entries(FILES).map(([name, path]) => `${name} ${path}`),
      'tls-auth-clients no',
      'tls-replication yes',
      `sentinel auth-pass my-master ${CLIENT.password}`,
      'requirepass canary-sentinel',
      `user gateway on >canary-gateway -@all ${documentedRights('`redis+sentinel://`').join(' ')}`,
      'sentinel sentinel-pass canary-sentinel',
    ];
    const set = await startSentinelSet({
      serverArgs: (port) => [...tlsArgs(port, 'no'), '--tls-replication', 'yes', ...PASSWORDS],
      sentinelLines: lines,
      client: { ...CLIENT, password: 'canary-sentinel' },
    });
    const hosts = set.sentinelPorts.map((port) => `127.0.0.1:${port}`).join();
    const url = `rediss+sentinel://:${CLIENT.password}@${hosts}/my-master?sentinel_username=gateway&sentinel_password=canary-gateway`;
    const { untilReceived, nextGap } = await stageRedis({ REDIS_URL: url, ...CA });
    await untilReceived(publisherAt(set.master.port, CLIENT));
    await set.failOver();
    await nextGap();
    await untilReceived(publisherAt(set.replica.port, CLIENT));
    expect(await publish(url)).toEqual({ receivers: 1 });
  });

  test('and a cluster with TLS and a password', async () => {
    const set = await startClusterSet((port) => [...tlsArgs(port, 'no'), '--tls-cluster', 'yes', ...PASSWORDS], CLIENT);
    const url = `rediss+cluster://:${CLIENT.password}@${set.nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`;
    const { untilReceived } = await stageRedis({ REDIS_URL: url, ...CA });
    for (const { port } of set.nodes) await untilReceived(publisherAt(port, CLIENT));
    expect(await publish(url)).toEqual({});
  });
});

function publish(url: string): ReturnType<typeof publishOnce> {
  const tlsFiles = { ca: file('ca.pem'), certificate: undefined, key: undefined };
  return publishOnce(
    { address: redisUrl(url), tlsFiles },
    { channel: 'user-status', message: Buffer.from('{}'), pubsub: true },
  );
}
