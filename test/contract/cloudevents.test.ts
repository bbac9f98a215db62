import { describe, expect, test } from 'vitest';
import { asyncapiOf } from '../../src/contract/documents/asyncapi.ts';
import { diffContracts } from '../../src/contract/diff/diff.ts';
import { exampleMessage } from '../../src/contract/publish/example-message.ts';
import { arrives, explain } from '../../src/contract/explain/explain.ts';
import { newRouteTest } from '../../src/contract/new-route/new-route-test.ts';
import { newRoute, readTargetOption } from '../../src/contract/new-route/new-route.ts';
import { checkedContract, LIMITS, type Contract } from './contract-tree.ts';

const ORDER = { id: 4, buyer: 7 };
const BARE: Contract = {
  routes: { orders: { event: 'order', schema: '../schemas/order.json', target: { user: 'buyer' } } },
  schemas: {
    'order.json': {
      type: 'object',
      required: ['id', 'buyer'],
      properties: { id: { type: 'integer' }, buyer: { type: 'integer', minimum: 1 } },
      examples: [ORDER],
    },
  },
};
const CLOUD: Contract = { ...BARE, envelope: 'cloudevents' };
const config = checkedContract(CLOUD);

function eventOf(data: object): Buffer {
  const attributes = { specversion: '1.0', id: '1', source: '/shop', type: 'order', time: '2026-01-01T00:00:00Z' };
  return Buffer.from(JSON.stringify({ ...attributes, traceparent: '00-ab', data }));
}

describe('a routes file of CloudEvents', () => {
  test('explains a message by its data', () => {
    const raw = eventOf(ORDER);
    const explanation = explain(config, { channel: 'orders', raw, limits: LIMITS });
    const payload = JSON.stringify(ORDER);
    expect(explanation.message).toEqual({
      readable: true,
      envelopeBytes: raw.length - payload.length,
      noTraceContext: 'it is not of the form 00-<32 hex digits>-<16 hex digits>-<2 hex digits>',
      publishedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(explanation.routes).toMatchObject([{ broken: [], result: { rooms: ['user:7'], payload } }]);
  });

  test('explains why a bare payload goes nowhere', () => {
    const explanation = explain(config, { channel: 'orders', raw: Buffer.from(JSON.stringify(ORDER)), limits: LIMITS });
    expect(explanation.message).toMatchObject({ readable: false, reason: 'not-cloudevent' });
    expect(arrives(explanation)).toBe(false);
  });

  test('publishes its examples as CloudEvents, which arrive', () => {
    const message = exampleMessage(config, 'orders', 1);
    const raw = 'raw' in message ? message.raw : Buffer.alloc(0);
    expect(JSON.parse(raw.toString())).toMatchObject({ specversion: '1.0', data: ORDER });
    expect(arrives(explain(config, { channel: 'orders', raw, limits: LIMITS }))).toBe(true);
  });

  test.each([
    ['a CloudEvent', eventOf(ORDER).toString()],
    ['its payload alone', JSON.stringify(ORDER)],
  ])('takes a new route from a sample that is %s', (_, sample) => {
    const target = readTargetOption('user:buyer') ?? { written: '', fields: [] };
    const made = newRoute(config, { channel: 'refunds', event: 'refund', target, sample });
    expect(made).toMatchObject({ sample: ORDER });
    const message = 'problem' in made ? undefined : made.message;
    expect(newRouteTest(config, 'orders', message, LIMITS)).toMatchObject({
      publish: { message: { specversion: '1.0', data: ORDER } },
      expect: { event: 'order', to: [7] },
    });
  });

  test('tells clients of the data alone', () => {
    const [bare, cloud] = [BARE, CLOUD].map((contract) => asyncapiOf(checkedContract(contract), { host: 'x' }));
    expect(cloud?.['channels']).toEqual(bare?.['channels']);
  });

  test('breaks publishers that send bare payloads, and no client', () => {
    const [change, ...others] = diffContracts(checkedContract(BARE), config);
    expect(change).toMatchObject({
      level: 'breaking',
      what: 'messages are CloudEvents, and were bare payloads',
      effects: [{ party: 'publishers' }],
    });
    expect(others).toEqual([]);
    expect(diffContracts(config, checkedContract(BARE))).toMatchObject([{ level: 'breaking' }]);
    expect(diffContracts(config, config)).toEqual([]);
  });
});
