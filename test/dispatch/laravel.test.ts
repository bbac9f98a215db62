import { describe, expect, test } from 'vitest';
import { stageDispatch } from './stage.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const OTHER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const STRICT = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id: { type: 'integer' } },
};
const CHANNEL = 'laravel_database_private-orders';
const ROUTES = `version: 1
envelope: laravel
routes:
  shipped:
    channel: ${CHANNEL}
    when: { event: 'App\\Events\\OrderShipped' }
    event: order-shipped
    schema: ../order.json
    target: { user: id }
  cancelled:
    channel: ${CHANNEL}
    when: { event: order.cancelled }
    event: order-cancelled
    schema: ../order.json
    target: broadcast
  all: { channel: all, event: all, schema: ../order.json, target: broadcast }
`;
const stage = () => stageDispatch(ROUTES, { order: STRICT });

describe('a broadcast of Laravel', () => {
  test('is reduced to its data, byte for byte, by the route of its event', () => {
    const { emitted, receive } = stage();
    const raw = String.raw`{"event":"App\\Events\\OrderShipped","data":{ "id" :\t9007199254740991},"socket":null}`;
    expect(receive(CHANNEL, raw.replace(String.raw`\t`, '\t'))).toMatchObject([{ kind: 'delivered' }]);
    expect(emitted).toEqual([
      { rooms: ['user:9007199254740991'], event: 'order-shipped', payload: '{ "id" :\t9007199254740991}' },
    ]);
  });

  test('is selected by what broadcastAs returns, too', () => {
    const { emitted, receive } = stage();
    receive(CHANNEL, '{"event":"order.cancelled","data":{"id":1,"socket":null},"socket":null}');
    expect(emitted).toMatchObject([{ event: 'order-cancelled', payload: '{"id":1}' }]);
  });

  test.each([
    ['null in both places', '{"id":7,"socket":null}', 'null', '{"id":7}'],
    ['an id in both places', '{"socket":"aQ1","id":7}', '"aQ1"', '{"id":7}'],
    ['nothing in data', '{"id":7}', '"aQ1"', '{"id":7}'],
  ])('with a socket that is %s never shows it to schema and clients', (_, data, socket, payload) => {
    const { emitted, receive } = stage();
    expect(receive('all', `{"event":"e","data":${data},"socket":${socket}}`)).toMatchObject([{ kind: 'delivered' }]);
    expect(emitted).toMatchObject([{ payload }]);
  });

  test.each([
    ['in data', `{"id":7,"traceparent":"${TRACE}","socket":null}`, ''],
    ['next to data', '{"id":7}', `,"traceparent":"${TRACE}"`],
    ['in data, which counts first', `{"id":7,"traceparent":"${TRACE}"}`, `,"traceparent":"${OTHER}"`],
    ['next to data, where that in data is invalid', '{"traceparent":7,"id":7}', `,"traceparent":"${TRACE}"`],
  ])('has its trace context %s', (_, data, beside) => {
    const { emitted, handled, receive } = stage();
    expect(receive('all', `{"event":"e","data":${data}${beside}}`)).toMatchObject([{ kind: 'delivered' }]);
    expect(handled).toMatchObject([{ traceparent: TRACE }]);
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);
  });

  test('loses tracestate and baggage next to a valid trace context in its data', () => {
    const { emitted, handled, receive } = stage();
    const data = { id: 7, traceparent: TRACE, tracestate: 'dd=s:1', baggage: 'a=1', socket: null };
    receive('all', JSON.stringify({ event: 'e', data, socket: null }));
    expect(handled).toMatchObject([{ tracestate: 'dd=s:1' }]);
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);
  });

  test.each([
    ['a bare payload', { id: 7 }, 'event'],
    ['an event that is a map', { event: { name: 'e' }, data: { id: 7 } }, 'event'],
    ['an empty event', { event: '', data: { id: 7 } }, 'event'],
    ['no data', { event: 'e' }, 'data'],
    ['data that is a list', { event: 'e', data: [] }, 'data'],
    ['data that is a text', { event: 'e', data: '{"id":7}' }, 'data'],
    ['data that is null', { event: 'e', data: null }, 'data'],
    ['data that is inherited', { event: 'e', ['__proto__']: { data: { id: 7 } } }, 'data'],
  ])('with %s is none, and is dropped', (_, message, place) => {
    const { emitted, receive } = stage();
    const [outcome] = receive('all', JSON.stringify(message));
    expect(outcome).toMatchObject({ kind: 'dropped', reason: 'not-laravel' });
    expect(outcome).toHaveProperty('detail', expect.stringContaining(place));
    expect(emitted).toEqual([]);
  });
});

describe('envelopes of routes', () => {
  const MIXED = `version: 1
envelope: { traceparent: _trace }
routes:
  plain: { channel: mixed, event: plain, schema: ../open.json, target: broadcast }
  laravel: { channel: mixed, envelope: laravel, event: laravel, schema: ../order.json, target: broadcast }
  cloud: { channel: mixed, envelope: cloudevents, event: cloud, schema: ../order.json, target: broadcast }
  time: { channel: mixed, envelope: { time: at }, event: time, schema: ../open.json, target: broadcast }
  ban: { channel: ban, envelope: laravel, action: disconnect, schema: ../order.json, target: { user: id } }
`;
  const mixed = () => stageDispatch(MIXED, { order: STRICT, open: { type: 'object' } });
  const CLOUD = { specversion: '1.0', id: '1', source: '/s', type: 't' };

  test('win over that of the file, each for its own route', () => {
    const { emitted, handled, receive } = mixed();
    const raw = JSON.stringify({ event: 'e', data: { id: 7, socket: null, traceparent: TRACE }, _trace: 1, at: 2 });
    expect(receive('mixed', raw)).toMatchObject([
      { kind: 'delivered' },
      { kind: 'delivered' },
      { kind: 'dropped', reason: 'not-cloudevent' },
      { kind: 'delivered' },
    ]);
    const data = `{"id":7,"socket":null,"traceparent":"${TRACE}"}`;
    expect(emitted.map(({ event, payload }) => [event, payload])).toEqual([
      ['plain', `{"event":"e","data":${data},"at":2}`],
      ['laravel', '{"id":7}'],
      ['time', `{"event":"e","data":${data},"_trace":1}`],
    ]);
    expect(handled).toMatchObject([{ traceparent: TRACE }]);
  });

  test('decide what each route drops', () => {
    const { receive } = mixed();
    const outcomes = receive('mixed', JSON.stringify({ ...CLOUD, data: { id: 7 } }));
    expect(outcomes.map((one) => ('reason' in one ? one.reason : one.kind))).toEqual([
      'delivered',
      'not-laravel',
      'delivered',
      'delivered',
    ]);
  });

  test('are those of actions, too', () => {
    const { disconnected, receive } = mixed();
    receive('ban', '{"id":7}');
    expect(disconnected).toEqual([]);
    receive('ban', '{"event":"e","data":{"id":7,"socket":null},"socket":null}');
    expect(disconnected).toEqual([['7']]);
  });
});
