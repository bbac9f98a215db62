import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { plant } from '../config/tree.ts';
import { awaitCommand } from '../contract/run-command.ts';
import { startAuth, TOKENS } from '../support/auth-service.ts';
import { makeCertificates } from '../support/certificates.ts';
import { connectClient } from '../support/client.ts';
import { startGateway, untilReady } from '../support/gateway.ts';
import { startClusterSet, type ClusterSet } from './cluster-set.ts';

const { file, remove } = makeCertificates();
afterAll(remove);

const SCHEMA = {
  type: 'object',
  required: ['user_id', 'n'],
  properties: { user_id: { type: 'integer', minimum: 1 }, n: { type: 'integer' } },
  examples: [{ user_id: 7, n: 1 }],
};
/** Routes whose quarantines and streams are on different nodes. */
const ROUTES = ['a', 'b', 'c', 'orders', 'user-status'];
const CHANNEL = `  live:
    event: live
    schema: ../schemas/order.json
    target: { user: user_id }
`;
const YAML = `version: 1
routes:
${CHANNEL}${ROUTES.map(
  (name) => `  ${name}:
    source: stream
    event: ${name}
    schema: ../schemas/order.json
    target: { user: user_id }
    on_invalid: quarantine
`,
).join('')}`;

const TLS = {
  'tls-cert-file': file('named.pem'),
  'tls-key-file': file('named.key'),
  'tls-ca-cert-file': file('ca.pem'),
};
const CLIENT = { host: 'localhost', tls: { ca: readFileSync(file('ca.pem')) } };

function tlsArgs(port: number): string[] {
  const files = Object.entries(TLS).flatMap(([name, path]) => [`--${name}`, path]);
  return ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', '--tls-cluster', 'yes', ...files];
}

const announce = (host: string): string[] => ['--cluster-announce-hostname', host];
const endpoint = (type: string): string[] => ['--cluster-preferred-endpoint-type', type];

interface Row {
  readonly name: string;
  readonly args: (port: number) => string[];
  readonly tls?: true;
  readonly natMap?: (set: ClusterSet) => string;
}

const ROWS: Row[] = [
  {
    name: 'with TLS and certificates of host names, which the nodes announce',
    args: (port) => [...tlsArgs(port), ...announce('localhost'), ...endpoint('hostname')],
    tls: true,
  },
  {
    name: 'with TLS and certificates of host names, which the nodes announce with their addresses',
    args: (port) => [...tlsArgs(port), ...announce('localhost')],
    tls: true,
  },
  { name: 'whose nodes announce no endpoint', args: () => endpoint('unknown-endpoint') },
  {
    name: 'with TLS whose nodes announce no endpoint',
    args: (port) => [...tlsArgs(port), ...endpoint('unknown-endpoint')],
    tls: true,
  },
  { name: 'whose nodes are to announce host names and have none', args: () => endpoint('hostname') },
  {
    name: 'behind NAT, with a map',
    args: () => [...announce('inside.invalid'), ...endpoint('hostname')],
    natMap: ({ nodes }) => nodes.map(({ port }) => `inside.invalid:${port}=127.0.0.1:${port}`).join(),
  },
  {
    name: 'behind NAT, at the host that was asked',
    args: () => [...announce('inside.invalid'), ...endpoint('hostname')],
    natMap: () => 'asked-host',
  },
];

describe.each(ROWS)('a cluster $name', { timeout: 120_000 }, ({ args, tls, natMap }) => {
  test('serves Pub/Sub, durable routes, the quarantine and the commands', async () => {
    const [set, auth] = await Promise.all([startClusterSet(args, tls ? CLIENT : {}), startAuth()]);
    const root = plant({ 'config/routes.yaml': YAML, 'schemas/order.json': JSON.stringify(SCHEMA) });
    // One node is enough: it reports the others.
    const place = `${tls ? 'localhost' : '127.0.0.1'}:${set.nodes[0]?.port}`;
    const environment = {
      REDIS_URL: `${tls ? 'rediss' : 'redis'}+cluster://${place}`,
      ROUTES_FILE: join(root, 'config/routes.yaml'),
      AUTH_SERVICE_ADDR: auth.address,
      ...(tls && { REDIS_TLS_CA_FILE: file('ca.pem') }),
      ...(natMap && { REDIS_NAT_MAP: natMap(set) }),
    };
    const gateway = await startGateway(environment);
    await untilReady(gateway);
    const client = await connectClient(gateway.url, TOKENS.alice);
    const publish = async (...words: string[]): Promise<void> => {
      const { code, err } = await awaitCommand(['publish', ...words], '', environment);
      if (code !== 0) throw new Error(`gateway publish ${words.join(' ')} ends with ${code}: ${err}`);
    };

    await publish('live');
    expect(await client.next('live')).toEqual([{ user_id: 7, n: 1 }]);
    for (const route of ROUTES) {
      await publish(route, '{"user_id":7,"n":2}');
      expect(await client.next(route)).toEqual([{ user_id: 7, n: 2 }]);
      await publish(route, '{"user_id":7}', '--force');
      const kept = `gateway_quarantine_total{route="${route}",result="kept"}`;
      await expect.poll(() => gateway.metric(kept), { timeout: 10_000 }).toBe(1);
    }
    const listed = await awaitCommand(['quarantine', 'list', '--json'], '', environment);
    expect(listed).toMatchObject({ code: 0, err: '' });
    for (const route of ROUTES) expect(listed.out).toContain(`"route": "${route}"`);
    expect(await gateway.metric('gateway_gaps_total')).toBe(0);
  });
});
