import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passedOver } from '../../src/dispatch/report.ts';
import { compileChannel } from '../../src/routes/channel-routes.ts';
import { compileWhen } from '../../src/routes/when.ts';
import { readWhen } from '../../src/config/routes/when.ts';
import { stageDispatch } from './stage.ts';

const BID = {
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: ['string', 'number', 'boolean', 'null'] },
    kind: { type: 'string' },
    buyer: { type: 'integer' },
    item: { type: 'object', properties: { id: { type: 'integer' } } },
  },
};

const ROUTES = `version: 1
routes:
  all: { channel: bids, event: bid, schema: ../bid.json, target: broadcast }
  sold: { channel: bids, when: { status: sold }, event: sold, schema: ../bid.json, target: broadcast }
  gone: { channel: bids, when: { status: [sold, cancelled] }, event: gone, schema: ../bid.json, target: broadcast }
  urgent: { channel: bids, when: { kind: urgent }, event: urgent, schema: ../bid.json, target: broadcast }
  both: { channel: bids, when: { status: sold, kind: urgent }, event: both, schema: ../bid.json, target: broadcast }
  item: { channel: bids, when: { /item/id: 7 }, event: item, schema: ../bid.json, target: broadcast }
  long:
    channel: bids
    when: { matches: { required: [kind], properties: { kind: { type: string, minLength: 9 } } } }
    event: long
    schema: ../bid.json
    target: broadcast
  ban: { channel: bids, when: { status: fraud }, action: disconnect, schema: ../bid.json, target: { user: "buyer?" } }
`;

describe('a message on a channel with when', () => {
  test.each<[string, object, string[]]>([
    ['no field', {}, []],
    ['one value', { status: 'sold' }, ['sold', 'gone']],
    ['one of several values', { status: 'cancelled' }, ['gone']],
    ['several fields', { status: 'sold', kind: 'urgent' }, ['sold', 'gone', 'urgent', 'both']],
    ['a pointer', { status: 'x', item: { id: 7 } }, ['item']],
    ['a list, which is equal to no value', { status: ['sold'] }, []],
    ['null, which is not "there and equal"', { status: null }, []],
    ['a schema', { status: 'x', kind: 'very long kind' }, ['long']],
    ['an action', { status: 'fraud', buyer: 7 }, ['ban']],
  ])('%s: the routes that take it, in the order of the file', (_, message, taking) => {
    const { handled, receive } = stageDispatch(ROUTES, { bid: BID });
    const outcomes = receive('bids', JSON.stringify(message));
    expect(outcomes.map(({ route }) => route?.name)).toEqual(['all', ...taking]);
    const others = ['sold', 'gone', 'urgent', 'both', 'item', 'long', 'ban'].filter((name) => !taking.includes(name));
    expect(handled.flatMap(passedOver).map(({ name }) => name)).toEqual(others);
  });

  test('disconnects only where the action takes it', () => {
    const { disconnected, receive } = stageDispatch(ROUTES, { bid: BID });
    receive('bids', '{"status":"sold","buyer":7}');
    expect(disconnected).toEqual([]);
    receive('bids', '{"status":"fraud","buyer":7}');
    expect(disconnected).toEqual([['7']]);
  });

  test('that cannot be read is dropped on each route, and passed over by none', () => {
    const { handled, receive } = stageDispatch(ROUTES, { bid: BID });
    expect(receive('bids', '{').map(({ kind }) => kind)).toEqual(Array(8).fill('dropped'));
    expect(handled.flatMap(passedOver)).toEqual([]);
  });

  test('is passed over before its size and its schema are looked at', () => {
    const { receive } = stageDispatch(
      `version: 1
routes:
  small: { channel: bids, when: { status: small }, max_bytes: 10, event: a, schema: ../bid.json, target: broadcast }
  strict: { channel: bids, when: { status: 7 }, event: b, schema: ../strict.json, target: broadcast }
`,
      { bid: BID, strict: { ...BID, required: ['status', 'buyer'] } },
    );
    expect(receive('bids', '{"status":"other","text":"longer than ten bytes"}')).toEqual([]);
    expect(receive('bids', '{"status":"small"}')).toMatchObject([{ kind: 'dropped', reason: 'too-large' }]);
    expect(receive('bids', '{"status":7}')).toMatchObject([{ kind: 'dropped', reason: 'invalid' }]);
  });
});

test('when sees the message as published, the schema and the clients its payload', () => {
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const { emitted, handled, receive } = stageDispatch(
    `version: 1
envelope: cloudevents
routes:
  shipped: { channel: orders, when: { type: order.shipped }, event: shipped, schema: ../order.json, target: broadcast }
  returned: { channel: orders, when: { /data/state: returned }, event: returned, schema: ../order.json, target: broadcast }
`,
    { order: { type: 'object', properties: { state: { type: 'string' } } } },
  );
  const event = (type: string, state: string) =>
    JSON.stringify({ specversion: '1.0', id: '1', source: '/o', type, traceparent: trace, data: { state } });
  receive('orders', event('order.shipped', 'sent'));
  receive('orders', event('order.changed', 'returned'));
  receive('orders', event('order.changed', 'open'));
  // Not a CloudEvent, and of no route: passed over before the envelope is opened.
  receive('orders', '{"state":"open"}');
  receive('orders', '{"type":"order.shipped"}');
  expect(emitted.map(({ event: name, payload }) => [name, payload])).toEqual([
    ['shipped', '{"state":"sent"}'],
    ['returned', '{"state":"returned"}'],
  ]);
  expect(handled.map(({ outcomes }) => outcomes.map(({ kind }) => kind))).toEqual([
    ['delivered'],
    ['delivered'],
    [],
    [],
    ['dropped'],
  ]);
  expect(handled[2]).toMatchObject({ traceparent: trace });
});

const FIELDS = ['a', 'b', '/c/d', '/l/0'];
const value = fc.oneof(
  fc.constantFrom('x', 'y', '7', '', 'toString'),
  fc.constantFrom(7, 0, -0, 1.5),
  fc.boolean(),
  fc.constant(null),
);
const shortForm = fc
  .dictionary(fc.constantFrom(...FIELDS), fc.oneof(value, fc.uniqueArray(value, { minLength: 1, maxLength: 3 })), {
    minKeys: 1,
  })
  .map((when) => readWhen(when));
const anything = fc.oneof(value, fc.array(value), fc.dictionary(fc.string(), value));
const message = fc.record(
  {
    a: anything,
    b: anything,
    c: fc.oneof(fc.record({ d: anything }), anything),
    l: fc.oneof(fc.array(value), anything),
  },
  { requiredKeys: [] },
);

/** Present and equal, said without the code under test. */
function isTaken(when: NonNullable<ReturnType<typeof readWhen>> & { kind: 'fields' }, published: object): boolean {
  return when.fields.every(({ field, values }) => {
    let here: unknown = published;
    for (const segment of field.path) {
      if (typeof here !== 'object' || here === null || !Object.hasOwn(here, segment)) return false;
      here = Object.entries(here).find(([key]) => key === segment)?.[1];
    }
    return values.some((one) => one === here);
  });
}

test('the look-up of a channel takes what its routes take one by one, in their order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(shortForm), { maxLength: 12 }),
      fc.array(message, { minLength: 1 }),
      (whens, sent) => {
        const routes = whens.map((when, index) => ({ index, when: when ?? undefined }));
        const channel = compileChannel(
          routes.map(({ index, when }) => ({ index, ...(when && { when: compileWhen(when, undefined) }) })),
        );
        for (const one of sent) {
          const published: object = JSON.parse(JSON.stringify(one));
          const naive = routes.filter(({ when }) => when?.kind !== 'fields' || isTaken(when, published));
          const taken = channel.select === undefined ? channel.routes : channel.select(published);
          expect(taken.map(({ index }) => index)).toEqual(naive.map(({ index }) => index));
        }
      },
    ),
    { numRuns: 500 },
  );
});
