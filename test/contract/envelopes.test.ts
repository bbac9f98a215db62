import { describe, expect, test } from 'vitest';
import { asyncapiOf } from '../../src/contract/documents/asyncapi.ts';
import { clientExamples } from '../../src/contract/documents/client-examples.ts';
import { typescriptOf } from '../../src/contract/documents/typescript.ts';
import { clientRoutes } from '../../src/config/routes/route-config.ts';
import { diffContracts } from '../../src/contract/diff/diff.ts';
import { receiverChanges } from '../../src/contract/diff/receivers.ts';
import { explanationRows } from '../../src/contract/explain/explain-text.ts';
import { arrives, explain } from '../../src/contract/explain/explain.ts';
import { newRouteTest } from '../../src/contract/new-route/new-route-test.ts';
import { newRoute } from '../../src/contract/new-route/new-route.ts';
import { exampleMessage } from '../../src/contract/publish/example-message.ts';
import { runRouteTests } from '../../src/contract/route-tests/run.ts';
import { clientSchema } from '../../src/contract/schemas/whole-schema.ts';
import { checkedContract, LIMITS, type Contract } from './contract-tree.ts';

const CHANNEL = 'laravel_database_private-orders';
const SHIPPED = 'App\\Events\\OrderShipped';
const ORDER = { order: { id: 4, note: 'n' }, buyer: 7 };
const SCHEMA = {
  type: 'object',
  required: ['order', 'buyer'],
  properties: {
    order: {
      type: 'object',
      description: 'An order.',
      required: ['id'],
      properties: { id: { type: 'integer' }, note: { type: 'string' } },
    },
    buyer: { type: 'integer', minimum: 1 },
  },
  examples: [ORDER],
};
const orders = {
  channel: CHANNEL,
  when: { event: SHIPPED },
  event: 'order-shipped',
  schema: '../schemas/order.json',
  target: { user: 'buyer' },
};
const contract = (more: object, file: Partial<Contract> = {}) =>
  checkedContract({ routes: { orders: { ...orders, ...more } }, schemas: { 'order.json': SCHEMA }, ...file });
const LARAVEL = contract({ envelope: 'laravel' });
const broadcast = (data: object, event = SHIPPED) => Buffer.from(JSON.stringify({ event, data, socket: null }));
const question = (raw: Buffer) => ({ channel: CHANNEL, raw, limits: LIMITS });
const rowsOf = (...asked: Parameters<typeof explain>) =>
  explanationRows(explain(...asked), undefined).map(({ label, lines }) => `${label} ${lines.join(' ')}`);

describe('a route with the envelope of Laravel', () => {
  test('explains a broadcast by its data, and says whose envelope it is', () => {
    const raw = broadcast({ ...ORDER, traceparent: '00-ab', socket: null });
    const explanation = explain(LARAVEL, question(raw));
    expect(explanation.message).toMatchObject({
      readable: true,
      envelopeBytes: raw.length - JSON.stringify(ORDER).length,
      noTraceContext: expect.stringContaining('not of the form'),
    });
    expect(explanation.routes).toMatchObject([{ envelope: 'laravel', broken: [], result: { rooms: ['user:7'] } }]);
    expect(rowsOf(LARAVEL, question(raw))).toContain('  envelope laravel: the body is data');
  });

  test('explains why another message is dropped', () => {
    const config = contract({ envelope: 'laravel', when: undefined });
    const explanation = explain(config, question(Buffer.from(JSON.stringify(ORDER))));
    expect(explanation.message).toMatchObject({ readable: false, reason: 'not-laravel' });
    expect(explanation.routes).toMatchObject([{ result: { kind: 'dropped', reason: 'not-laravel' } }]);
  });

  test('publishes its examples as broadcasts of its event, which arrive', () => {
    const message = exampleMessage(LARAVEL, CHANNEL, 1);
    const raw = 'raw' in message ? message.raw : Buffer.alloc(0);
    expect(JSON.parse(raw.toString())).toEqual({ event: SHIPPED, data: ORDER, socket: null });
    expect(arrives(explain(LARAVEL, question(raw)))).toBe(true);
  });

  test('is tested by messages as published, and by a drop', () => {
    const test = { name: 'one', at: { line: 1, column: 1 }, channel: CHANNEL };
    const payload = { value: ORDER, text: JSON.stringify(ORDER) };
    const { results } = runRouteTests(
      LARAVEL,
      [
        {
          ...test,
          message: broadcast(ORDER).toString(),
          expected: [{ kind: 'event', event: 'order-shipped', to: ['7'], payload }],
        },
        {
          ...test,
          message: JSON.stringify({ event: SHIPPED, data: 7 }),
          expected: [{ kind: 'drop', reason: 'not-laravel' }],
        },
      ],
      LIMITS,
    );
    expect(results.flatMap(({ mismatches }) => mismatches)).toEqual([]);
  });

  test('is no other contract for clients, and breaks publishers', () => {
    const cloud = contract({ envelope: 'cloudevents' });
    expect(diffContracts(cloud, LARAVEL)).toMatchObject([
      {
        level: 'breaking',
        route: 'orders',
        what: 'messages are broadcasts of Laravel, and were CloudEvents',
        effects: [{ party: 'publishers' }],
      },
    ]);
    expect(asyncapiOf(cloud, { host: 'x' })['channels']).toEqual(asyncapiOf(LARAVEL, { host: 'x' })['channels']);
  });

  test('may move to the envelope of the file: that is no change', () => {
    const ofFile = contract({}, { envelope: 'laravel' });
    expect(diffContracts(LARAVEL, ofFile)).toEqual([]);
    expect(diffContracts(contract({}), ofFile)).toMatchObject([
      { level: 'breaking', what: 'messages are broadcasts of Laravel, and were bare payloads' },
    ]);
  });
});

describe('gateway new', () => {
  const target = { written: { user: 'buyer' }, fields: [{ text: 'buyer', path: ['buyer'], optional: false }] } as const;
  const options = { channel: 'refunds', event: 'refund', target };
  const bare = contract({});

  test('takes a captured broadcast, with an envelope for its route and a test that passes', () => {
    const sample = broadcast({ ...ORDER, socket: null }).toString();
    const made = newRoute(bare, { ...options, sample, when: ['event'], payload: 'order' });
    expect(made).toMatchObject({
      sample: ORDER,
      message: { event: SHIPPED, data: ORDER, socket: null },
      route: { envelope: 'laravel', when: { event: SHIPPED }, payload: 'order' },
    });
    const message = 'message' in made ? made.message : undefined;
    const after = contract({ ...('route' in made ? made.route : {}), channel: CHANNEL, schema: orders.schema });
    expect(newRouteTest(after, CHANNEL, message, LIMITS)).toMatchObject({ expect: { event: 'refund', to: [7] } });
  });

  test.each([
    ['a CloudEvent', { specversion: '1.0', id: '1', source: '/s', type: 't', data: ORDER }, 'cloudevents'],
    ['a message with data of its own', { buyer: 7, data: {}, event: 'e' }, undefined],
    ['a bare payload', ORDER, undefined],
  ])('gives a route for %s the envelope that it has', (_, sample, envelope) => {
    const made = newRoute(bare, {
      ...options,
      target: { written: 'broadcast', fields: [] },
      sample: JSON.stringify(sample),
    });
    expect('route' in made ? made.route['envelope'] : made).toBe(envelope);
  });

  test('writes no envelope where the file has it', () => {
    const made = newRoute(contract({}, { envelope: 'laravel' }), { ...options, sample: broadcast(ORDER).toString() });
    expect(made).toMatchObject({ sample: ORDER });
    expect('route' in made && 'envelope' in made.route).toBe(false);
  });

  test('refuses a payload that the sample does not have', () => {
    expect(newRoute(bare, { ...options, sample: JSON.stringify(ORDER), payload: '/ordr' })).toEqual({
      problem: 'the sample has no /ordr, which --payload names',
    });
  });
});

describe('a route with payload', () => {
  const bare = { channel: 'orders', when: undefined };
  const whole = contract(bare);
  const part = contract({ ...bare, payload: '/order' });
  const schemaOf = (config: typeof part) => clientRoutes(config).routes.map((route) => clientSchema(route));

  test('has the schema of the value for clients, in types and documents', async () => {
    const { id, note } = SCHEMA.properties.order.properties;
    expect(schemaOf(part)).toEqual([SCHEMA.properties.order]);
    expect(schemaOf(contract({ ...bare, payload: '/order', omit: ['note'] }))).toMatchObject([{ properties: { id } }]);
    expect(schemaOf(contract({ ...bare, payload: '/order', map: { text: 'note', id: 'id' } }))).toMatchObject([
      { description: 'An order.', required: ['id'], properties: { text: note, id } },
    ]);
    expect(schemaOf(contract({ ...bare, payload: '/order/id' }))).toEqual([{ type: 'integer' }]);
    expect(await typescriptOf(contract({ ...bare, payload: '/order/id' }))).toMatch(/OrderShipped = number;/);
    expect(await typescriptOf(part)).toMatch(/interface OrderShipped \{\s+id: number;\s+note\?: string;/);
  });

  test('has examples of the value, and says in the document which it is', () => {
    expect(clientRoutes(part).routes.flatMap(clientExamples)).toEqual([ORDER.order]);
    expect(JSON.stringify(asyncapiOf(part, { host: 'x' }))).toContain('"payload":"/order"');
  });

  test('has the values of when in types only where they are sent', async () => {
    const when = { '/order/note': 'gift', buyer: 7 };
    const types = await typescriptOf(contract({ ...bare, when, payload: '/order' }));
    expect(types).toContain("note: 'gift'");
    expect(types).not.toContain('buyer:');
  });

  test('is explained with the value and where it stands', () => {
    const asked = { channel: 'orders', raw: Buffer.from(JSON.stringify(ORDER)), limits: LIMITS };
    expect(explain(part, asked).routes).toMatchObject([
      { result: { payloadFrom: '/order', payload: '{"id":4,"note":"n"}' } },
    ]);
    expect(rowsOf(part, asked)).toContain('  payload 19 bytes, the value of /order {"id":4,"note":"n"}');
  });

  test('breaks clients when it comes, and shows more of the message when it goes', () => {
    const what = (changes: ReturnType<typeof diffContracts>) => changes.map((one) => [one.level, one.what]);
    expect(what(diffContracts(whole, part))).toContainEqual([
      'breaking',
      'the payload is what /order holds, and was the whole message',
    ]);
    const wider = diffContracts(part, whole);
    expect(wider).toMatchObject([
      {
        what: 'the payload is the whole message, and was what /order holds',
        effects: [{ party: 'clients' }, { party: 'operators' }],
      },
      ...wider.slice(1).map(() => ({})),
    ]);
    expect(what(wider)).toContainEqual(['safe', 'field buyer is new, and required, for clients']);
  });

  test('is listed by its receivers as one value, where it is no object', () => {
    const before = contract({ ...bare, payload: '/order' });
    const fields = receiverChanges(before, contract({ ...bare, payload: '/order/id' })).map((one) => one.field);
    expect(fields).toEqual(['id', 'note', '*', '']);
  });

  test('keeps from clients what omit named, as far as the payload does not hold it', () => {
    const omitted = contract({ ...bare, omit: ['/order/note'] });
    const shown = (changes: ReturnType<typeof diffContracts>) =>
      changes.map((one) => one.what).filter((what) => what.includes('kept from clients'));
    expect(shown(diffContracts(omitted, part))).toEqual(['field /order/note is no longer kept from clients']);
    expect(shown(diffContracts(omitted, contract({ ...bare, payload: '/order/id' })))).toEqual([]);
    expect(shown(diffContracts(omitted, contract({ ...bare, payload: '/order', omit: ['note'] })))).toEqual([]);
  });
});
