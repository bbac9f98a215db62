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
    ['twice', `{"traceparent":"a","id":7,"traceparent":"${TRACE}"}`, '{"id":7}'],
    ['escaped', `{"id":9007199254740993,"\\u0074raceparent":"${TRACE}"}`, '{"id":9007199254740993}'],
  ])('is found where it stands %s', (_, text, payload) => {
    const { emitted, handled, receive } = stageDispatch(routes(), { news: STRICT });
    expect(receive('news', text)).toMatchObject([{ kind: 'delivered' }]);
    expect(handled).toMatchObject([{ traceparent: TRACE }]);
    expect(emitted).toMatchObject([{ payload }]);
  });

  test.each(['7', 'null', '["a"]', '{"a":"b"}'])('that is no text (%s) is taken off all the same', (value) => {
    const { emitted, handled, receive } = stageDispatch(routes(), { news: STRICT });
    expect(receive('news', `{"id":7,"traceparent":${value}}`)).toMatchObject([{ kind: 'delivered' }]);
    expect(handled[0]).not.toHaveProperty('traceparent');
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);
  });

  test('can have another name; the usual one is then a field like any other', () => {
    const { emitted, handled, receive } = stageDispatch(routes('envelope: { traceparent: _trace },'), { news: STRICT });
    expect(receive('news', `{"id":7,"_trace":"${TRACE}"}`)).toMatchObject([{ kind: 'delivered' }]);
    expect(handled).toMatchObject([{ traceparent: TRACE }]);
    expect(emitted).toMatchObject([{ payload: '{"id":7}' }]);

    expect(receive('news', `{"id":7,"traceparent":"${TRACE}"}`)).toMatchObject([
      { kind: 'dropped', reason: 'invalid' },
    ]);
  });

  test('stays in objects within', () => {
    const open = { ...STRICT, additionalProperties: true };
    const { emitted, receive } = stageDispatch(routes(), { news: open });
    const text = `{"id":7,"in":{"traceparent":"${TRACE}"}}`;
    receive('news', text);
    expect(emitted).toMatchObject([{ payload: text }]);
  });

  test('is told of a message that is invalid, and of none that cannot be read', () => {
    const { handled, receive } = stageDispatch(routes(), { news: STRICT });
    receive('news', `{"traceparent":"${TRACE}"}`);
    receive('news', `{"traceparent":"${TRACE}"`);
    expect(handled.map(({ traceparent }) => traceparent)).toEqual([TRACE, undefined]);
  });

  test('is off before map and omit see the message', () => {
    const { emitted, receive } = stageDispatch(routes('', ', omit: [id]'), { news: STRICT });
    receive('news', `{"id":7,"traceparent":"${TRACE}"}`);
    expect(emitted).toMatchObject([{ payload: '{}' }]);
  });
});
