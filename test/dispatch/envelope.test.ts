import { describe, expect, test } from 'vitest';
import { stageDispatch } from './stage.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const STRICT = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id: { type: 'integer' } },
};

function routes(envelope = '', extra = ''): string {
  return `{ version: 1, ${envelope} routes: { news: { event: news, schema: ../news.json, target: broadcast ${extra} } } }`;
}

describe('the envelope field', () => {
  test('is read, not validated and not forwarded, even by a schema that allows nothing else', () => {
    const { emitted, handled, receive } = stageDispatch(routes(), { news: STRICT });

    expect(receive('news', `{ "traceparent" : "${TRACE}", "id" : 7 }`)).toMatchObject([{ kind: 'delivered' }]);

    expect(handled).toMatchObject([{ traceparent: TRACE }]);
    expect(emitted).toMatchObject([{ payload: '{ "id" : 7 }' }]);
  });

  test.each([
    ['last', `{"id":7,"traceparent":"${TRACE}"}`, '{"id":7}'],
    ['escaped', `{"id":9007199254740993,"\\u0074raceparent":"${TRACE}"}`, '{"id":9007199254740993}'],
  ])('is found when it is %s', (_, text, payload) => {
    const { emitted, handled, receive } = stageDispatch(routes(), { news: STRICT });
    expect(receive('news', text)).toMatchObject([{ kind: 'delivered' }]);
    expect(handled).toMatchObject([{ traceparent: TRACE }]);
    expect(emitted).toMatchObject([{ payload }]);
  });

  test.each(['7', 'null', '["a"]', '{"a":"b"}'])('is removed even if it is no text: %s', (value) => {
    const { emitted, handled, receive } = stageDispatch(routes(), { news: STRICT });
    expect(receive('news', `{"id":7,"traceparent":${value}}`)).toMatchObject([{ kind: 'delivered' }]);
    expect(handled[0]?.traceparent).toBeUndefined();
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);
  });

  describe('with the other fields of a propagator', () => {
    const BESIDE = '"tracestate":"dd=s:1","baggage":"a=1"';

    test('removes them, and passes the trace state on', () => {
      const { emitted, handled, receive } = stageDispatch(routes(), { news: STRICT });
      expect(receive('news', `{"id":7,"traceparent":"${TRACE}",${BESIDE}}`)).toMatchObject([{ kind: 'delivered' }]);
      expect(handled).toMatchObject([{ traceparent: TRACE, tracestate: 'dd=s:1' }]);
      expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);
    });

    test.each([
      ['without a trace context', `{"id":7,${BESIDE}}`],
      ['next to an invalid one', `{"id":7,"traceparent":"${TRACE.toUpperCase()}",${BESIDE}}`],
      ['next to one in a nested object', `{"id":7,"in":{"traceparent":"${TRACE}"},${BESIDE}}`],
    ])('leaves them %s', (_, text) => {
      const { emitted, handled, receive } = stageDispatch(routes(), {
        news: { ...STRICT, additionalProperties: true },
      });
      receive('news', text);
      expect(handled[0]?.tracestate).toBeUndefined();
      expect(emitted[0]?.payload).toContain(BESIDE);
    });

    test('leaves fields that do not have the form of W3C', () => {
      const { emitted, receive } = stageDispatch(routes(), { news: { ...STRICT, additionalProperties: true } });
      receive('news', `{"id":7,"traceparent":"${TRACE}","tracestate":"California","baggage":{"bags":2}}`);
      expect(emitted).toMatchObject([{ payload: '{"id":7,"tracestate":"California","baggage":{"bags":2}}' }]);
    });

    test.each([
      ['declares', { properties: { id: {}, baggage: { type: 'string' } } }],
      ['declares in a branch', { anyOf: [{ properties: { baggage: true } }] }],
      ['declares elsewhere', { $ref: '#/$defs/b', $defs: { b: { properties: { baggage: true } } } }],
      ['requires', { required: ['id', 'baggage'] }],
      ['has a pattern for', { patternProperties: { '^bag': true } }],
    ])('leaves a field that the schema %s', (_, rules) => {
      const news = { ...STRICT, additionalProperties: true, ...rules };
      const { emitted, receive } = stageDispatch(routes(), { news });
      receive('news', `{"id":7,"traceparent":"${TRACE}",${BESIDE}}`);
      expect(emitted).toMatchObject([{ payload: '{"id":7,"baggage":"a=1"}' }]);
    });

    test('decides for each route of a channel by its own schema', () => {
      const two = routes('', '}, more: { channel: news, event: more, schema: ../open.json, target: broadcast');
      const open = { ...STRICT, properties: { id: {}, tracestate: {} } };
      const { emitted, receive } = stageDispatch(two, { news: STRICT, open });
      receive('news', `{"id":7,"traceparent":"${TRACE}",${BESIDE}}`);
      expect(emitted.map(({ payload }) => payload)).toEqual(['{"id":7}', '{"id":7,"tracestate":"dd=s:1"}']);
    });

    test('takes the trace state from the attributes of a CloudEvent, and leaves its data unchanged', () => {
      const { emitted, handled, receive } = stageDispatch(routes('envelope: cloudevents,'), {
        news: { ...STRICT, additionalProperties: true },
      });
      const head = `"specversion":"1.0","id":"1","source":"/s","type":"t","traceparent":"${TRACE}"`;
      receive('news', `{${head},${BESIDE},"data":{"id":7,${BESIDE}}}`);
      expect(handled).toMatchObject([{ tracestate: 'dd=s:1' }]);
      expect(emitted).toMatchObject([{ payload: `{"id":7,${BESIDE}}` }]);
    });
  });

  test('can have another name; the default name is then an ordinary field', () => {
    const { emitted, handled, receive } = stageDispatch(routes('envelope: { traceparent: _trace },'), { news: STRICT });
    expect(receive('news', `{"id":7,"_trace":"${TRACE}"}`)).toMatchObject([{ kind: 'delivered' }]);
    expect(handled).toMatchObject([{ traceparent: TRACE }]);
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);

    expect(receive('news', `{"id":7,"traceparent":"${TRACE}"}`)).toMatchObject([
      { kind: 'dropped', reason: 'invalid' },
    ]);
  });

  test('stays in nested objects', () => {
    const open = { ...STRICT, additionalProperties: true };
    const { emitted, receive } = stageDispatch(routes(), { news: open });
    const text = `{"id":7,"in":{"traceparent":"${TRACE}"}}`;
    receive('news', text);
    expect(emitted).toMatchObject([{ payload: text }]);
  });

  test('is reported for an invalid message, and not for an unreadable one', () => {
    const { handled, receive } = stageDispatch(routes(), { news: STRICT });
    receive('news', `{"traceparent":"${TRACE}"}`);
    receive('news', `{"traceparent":"${TRACE}"`);
    expect(handled.map(({ traceparent }) => traceparent)).toEqual([TRACE, undefined]);
  });

  test('is removed before map and omit are applied', () => {
    const { emitted, receive } = stageDispatch(routes('', ', omit: [id]'), { news: STRICT });
    receive('news', `{"id":7,"traceparent":"${TRACE}"}`);
    expect(emitted).toMatchObject([{ payload: '{}' }]);
  });
});

describe('the time field', () => {
  const TIMED = 'envelope: { traceparent: _trace, time: sent_at },';
  const OPEN = { ...STRICT, additionalProperties: true };

  test.each([
    ['milliseconds since 1970', 1767225600123, 1767225600123],
    ['ISO 8601 in UTC', '2026-01-01T00:00:00.123Z', 1767225600123],
    ['ISO 8601 with an offset', '2026-01-01T03:30:00+03:30', 1767225600000],
    ['more digits than a millisecond has', '2026-01-01T00:00:00.123456789Z', 1767225600123],
  ])('is read as %s, and removed', (_, sent, publishedAt) => {
    const { emitted, handled, receive } = stageDispatch(routes(TIMED), { news: STRICT });
    receive('news', `{"id":7,"sent_at":${JSON.stringify(sent)},"_trace":"${TRACE}"}`);
    expect(handled).toMatchObject([{ publishedAt, traceparent: TRACE, outcomes: [{ kind: 'delivered' }] }]);
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);
  });

  test.each([
    ['seconds', 1767225600],
    ['microseconds', 1767225600123456],
    ['a number in text', '1767225600123'],
    ['a time without an offset', '2026-01-01T00:00:00'],
    ['a date without a time', '2026-01-01'],
    ['a thirteenth month', '2026-13-01T00:00:00Z'],
    ['null', null],
    ['a list', [1767225600123]],
    ['true', true],
  ])('with %s is removed and ignored', (_, sent) => {
    const { emitted, handled, receive } = stageDispatch(routes(TIMED), { news: STRICT });
    expect(receive('news', JSON.stringify({ id: 7, sent_at: sent }))).toMatchObject([{ kind: 'delivered' }]);
    expect(handled[0]?.publishedAt).toBeUndefined();
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);
  });

  test('has no default name: a field called time belongs to the payload', () => {
    const { emitted, handled, receive } = stageDispatch(routes(), { news: OPEN });
    receive('news', '{"id":7,"time":1767225600123}');
    expect(handled[0]?.publishedAt).toBeUndefined();
    expect(emitted).toMatchObject([{ payload: '{"id":7,"time":1767225600123}' }]);
  });
});

describe('a CloudEvent', () => {
  const CLOUD = 'envelope: cloudevents,';
  const EVENT = { specversion: '1.0', id: '4a7c', source: '/orders', type: 'order.paid' };

  test('is reduced to its data, for schema and target, and byte for byte for clients', () => {
    const { emitted, handled, receive } = stageDispatch(
      `{ version: 1, ${CLOUD} routes: { news: { event: news, schema: ../news.json, target: { user: id } } } }`,
      { news: STRICT },
    );
    const data = '{ "id" :\t9007199254740991 }';
    receive(
      'news',
      `{"specversion":"1.0","id":"4a7c","source":"/orders","type":"order.paid","time":"2026-01-01T00:00:00Z","traceparent":"${TRACE}","data":${data}}`,
    );
    expect(handled).toMatchObject([{ traceparent: TRACE, publishedAt: 1767225600000 }]);
    expect(emitted).toEqual([{ rooms: ['user:9007199254740991'], event: 'news', payload: data }]);
  });

  test('keeps fields of its data that are called traceparent or time', () => {
    const open = { ...STRICT, additionalProperties: true };
    const { emitted, receive } = stageDispatch(routes(CLOUD), { news: open });
    const data = { id: 7, traceparent: TRACE, time: 5 };
    receive('news', JSON.stringify({ ...EVENT, data }));
    expect(emitted).toMatchObject([{ payload: JSON.stringify(data) }]);
  });

  test('may have unknown attributes, and an unreadable time', () => {
    const { handled, receive } = stageDispatch(routes(CLOUD), { news: STRICT });
    const event = { ...EVENT, datacontenttype: 'application/json', sequence: '7', time: 'noon', data: { id: 7 } };
    expect(receive('news', JSON.stringify(event))).toMatchObject([{ kind: 'delivered' }]);
    expect(handled[0]?.publishedAt).toBeUndefined();
  });

  test.each([
    ['a bare payload', { id: 7 }, 'specversion'],
    ['another version', { ...EVENT, specversion: '0.3', data: { id: 7 } }, 'specversion'],
    ['no id', { ...EVENT, id: undefined, data: { id: 7 } }, 'id'],
    ['an empty source', { ...EVENT, source: '', data: { id: 7 } }, 'source'],
    ['a type that is no text', { ...EVENT, type: 5, data: { id: 7 } }, 'type'],
    ['no data', EVENT, 'data'],
    ['data that is a list', { ...EVENT, data: [7] }, 'data'],
    ['data in base64', { ...EVENT, data_base64: 'e30=' }, 'data_base64'],
    ['data that is inherited', { ...EVENT, ['__proto__']: { data: { id: 7 } } }, 'data'],
  ])('with %s is not a CloudEvent, and is dropped', (_, message, attribute) => {
    const { emitted, receive } = stageDispatch(routes(CLOUD), { news: STRICT });
    const [outcome] = receive('news', JSON.stringify(message));
    expect(outcome).toMatchObject({ kind: 'dropped', reason: 'not-cloudevent' });
    expect(outcome).toHaveProperty('detail', expect.stringContaining(attribute));
    expect(emitted).toEqual([]);
  });
});
