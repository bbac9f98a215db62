import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { describe, expect, test } from 'vitest';
import type { RoutesConfig } from '../../src/config/routes/route-config.ts';
import { asyncapiOf } from '../../src/contract/documents/asyncapi.ts';
import { checkedContract, checkedFile, newFolder } from './contract-tree.ts';
import { runCommand } from './run-command.ts';

const parser = new Parser();

/** All that the official parser has to say against a document. */
async function faultsOf(document: string): Promise<string[]> {
  const { diagnostics } = await parser.parse(document);
  // 3.1.0 is out, and the parser advises it; tools that read 3.0 are the many.
  return diagnostics
    .filter(({ code }) => code !== 'asyncapi-latest-version')
    .map(({ path, message }) => `${path.join('/')}: ${message}`);
}

const written = (config: RoutesConfig): string => JSON.stringify(asyncapiOf(config, { host: 'gateway.example.com' }));

const ORDER = {
  title: 'Order',
  type: 'object',
  required: ['id', 'buyer', 'lines'],
  properties: {
    id: { description: 'Which order.', $ref: 'parts.json#/$defs/id' },
    buyer: { type: 'object', required: ['id'], properties: { id: { $ref: 'parts.json#/$defs/id' } } },
    lines: { type: 'array', items: { $ref: '#/$defs/line' } },
    card: { type: 'string' },
    traceparent: { type: 'string' },
    pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false },
  },
  dependentRequired: { card: ['pair'] },
  examples: [{ id: 1, buyer: { id: 7 }, lines: [{ parts: [{}] }], card: '4242', pair: ['a', 1], traceparent: '00-1' }],
  $defs: {
    line: { type: 'object', properties: { parts: { type: 'array', items: { $ref: '#/$defs/line' } } } },
  },
};
const PARTS = { $defs: { id: { type: ['integer', 'string'], minimum: 1 } } };

const orders = checkedContract({
  routes: {
    'orders:all': {
      channel: ['orders', 'orders-old'],
      event: 'order:placed',
      description: 'An order was placed.',
      schema: '../schemas/order.json',
      target: 'broadcast',
      audience: 'anyone',
      map: { order: 'id' },
    },
    mine: {
      event: 'order:placed',
      schema: '../schemas/order.json',
      target: { user: '/buyer/id' },
      omit: ['card', 'pair'],
    },
  },
  schemas: { 'order.json': ORDER, 'parts.json': PARTS },
});

describe('the AsyncAPI document', () => {
  test.each(['config/routes.yaml', 'config/routes.metargb.yaml'])('of %s is valid', async (file) => {
    expect(await faultsOf(written(checkedFile(file)))).toEqual([]);
  });

  test('of routes with shapes, references, loops and odd names is valid', async () => {
    expect(await faultsOf(written(orders))).toEqual([]);
  });

  test('of a durable route is valid, and tells of its stream, its positions and what the gateway says of them', async () => {
    const route = { schema: '../schemas/parts.json', target: 'broadcast', event: 'news' };
    const schemas = { 'parts.json': { type: 'object', properties: { n: { type: 'integer' } } } };
    const config = checkedContract({ routes: { news: { ...route, source: 'stream' } }, schemas });
    expect(await faultsOf(written(config))).toEqual([]);
    const meta = { required: ['route', 'e', 'id'] };
    expect(asyncapiOf(config, { host: 'gateway.example.com' })).toMatchObject({
      channels: {
        News: { messages: { news: { 'x-gateway': { redisStream: 'news', meta } } } },
        GatewayPosition: { address: 'gateway:position' },
        GatewayReset: { address: 'gateway:reset' },
        GatewayGap: { address: 'gateway:gap' },
      },
      operations: { sendGatewayReset: { action: 'send' } },
    });
    expect(written(orders)).not.toMatch(/gateway:position|gateway:reset/);
  });

  test('would be refused by the same parser if it were wrong', async () => {
    const wrong = written(orders).replace('"action":"send"', '"action":"emit"');
    expect(await faultsOf(wrong)).not.toEqual([]);
  });

  test('has one channel for each event, with one message for each of its routes', () => {
    expect(asyncapiOf(orders, { host: 'gateway.example.com' })).toMatchObject({
      servers: { gateway: { host: 'gateway.example.com', pathname: '/socket.io/', protocol: 'socket.io' } },
      channels: {
        OrderPlaced: {
          address: 'order:placed',
          messages: {
            'orders:all': {
              description: 'An order was placed.',
              'x-gateway': { redisChannels: ['orders', 'orders-old'], target: 'broadcast', audience: 'anyone' },
            },
            mine: { 'x-gateway': { route: 'mine', redisChannels: ['mine'], target: { users: ['/buyer/id'] } } },
          },
        },
      },
      operations: {
        sendOrderPlaced: {
          action: 'send',
          messages: [
            { $ref: '#/channels/OrderPlaced/messages/orders:all' },
            { $ref: '#/channels/OrderPlaced/messages/mine' },
          ],
        },
        receivePing: { action: 'receive' },
      },
    });
  });

  test('shows payloads and examples as clients see them', () => {
    expect(asyncapiOf(orders, { host: 'gateway.example.com' })).toMatchObject({
      channels: {
        OrderPlaced: {
          messages: {
            'orders:all': {
              payload: {
                required: ['order'],
                properties: { order: { allOf: [{ $ref: '#/components/schemas/PartsId' }] } },
              },
              examples: [{ payload: { order: 1 } }],
            },
            mine: { examples: [{ payload: { id: 1, buyer: { id: 7 }, lines: [{ parts: [{}] }] } }] },
          },
        },
      },
    });
    for (const hidden of ['card', 'traceparent', '4242']) expect(written(orders)).not.toContain(`"${hidden}"`);
  });

  test('is the same text each time', () => {
    expect(written(orders)).toBe(written(orders));
  });
});

describe('gateway asyncapi', () => {
  test('writes a valid document to standard output', async () => {
    const { code, out, err } = runCommand(['asyncapi', '--host', 'gateway.example.com']);
    expect([code, err]).toEqual([0, '']);
    expect(await faultsOf(out)).toEqual([]);
    expect(out).toContain('"host": "gateway.example.com"');
  });

  test('writes it to a file, of the routes that the environment names', async () => {
    const file = join(newFolder(), 'asyncapi.json');
    const { code, out } = runCommand(['asyncapi', '--out', file], '', { ROUTES_FILE: 'config/routes.metargb.yaml' });
    expect([code, out]).toEqual([0, '']);
    expect(await faultsOf(readFileSync(file, 'utf8'))).toEqual([]);
    expect(readFileSync(file, 'utf8')).toContain('"feature-events"');
  });

  test('says so where it cannot write, and exits with 1', () => {
    const { code, err } = runCommand(['asyncapi', '--out', '/nowhere/asyncapi.json']);
    expect(code).toBe(1);
    expect(err).toMatch(/^\/nowhere\/asyncapi.json cannot be written: ENOENT/);
  });

  test('with --json tells what is wrong with the routes file as gateway check does, and exits with 78', () => {
    const { code, out, err } = runCommand(['asyncapi', '--file', 'nowhere.yaml', '--json']);
    expect([code, err]).toEqual([78, '']);
    expect(out).toBe(runCommand(['check', 'nowhere.yaml', '--json']).out);
  });
});

test.each([
  'http://gateway.example.com',
  'gateway.example.com/path',
  'a b',
  'user@host',
  'host:port',
  'host:99999',
  '',
])('gateway asyncapi refuses --host %j', (host) => {
  const { code, out, err } = runCommand(['asyncapi', '--host', host]);
  expect([code, out]).toEqual([64, '']);
  expect(err).toContain('Allowed is a host such as gateway.example.com or localhost:3000');
});

test.each(['gateway.example.com', 'localhost:3000', '[::1]:3000', 'gateway.example.com:80'])(
  'gateway asyncapi takes --host %s',
  (host) => {
    const document: unknown = JSON.parse(runCommand(['asyncapi', '--host', host]).out);
    expect(document).toMatchObject({ servers: { gateway: { host } } });
  },
);
