import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileShaping } from '../../src/routes/payload.ts';
import { placesIn, spacing, tree, write, written } from '../routes/json-document.ts';
import { createDedupe } from '../../src/dispatch/dedupe.ts';
import { isDurable } from '../../src/dispatch/entry.ts';
import { createStreamDispatch } from '../../src/dispatch/stream.ts';
import { LIMITS, stageDispatch } from './stage.ts';

const WRAPPED = {
  type: 'object',
  required: ['to', 'data'],
  properties: {
    to: { type: 'integer' },
    data: {
      type: 'object',
      required: ['text'],
      properties: { text: {}, secret: { type: 'string' }, list: { type: 'array' } },
    },
  },
};
const EITHER = { type: 'object', properties: { to: { type: 'integer' } }, required: ['to'], anyOf: [WRAPPED, {}] };

function stage(keys: string, schema: object = WRAPPED) {
  const route = `event: shout, schema: ../shout.json, target: { user: to }, ${keys}`;
  return stageDispatch(`{ version: 1, routes: { shouts: { ${route} } } }`, { shout: schema });
}

describe('payload', () => {
  test('of any place of any message is the text that stands there, byte for byte', () => {
    fc.assert(
      fc.property(tree, spacing, (document, spaces) => {
        const text = write(document, spaces);
        for (const [path, value] of placesIn(document).filter(([place]) => place.length > 0)) {
          const shape = compileShaping({ kind: 'as-published', from: { text: '', path, optional: false } });
          expect(shape(text)).toBe(written(value, spaces));
        }
      }),
    );
  });

  test.each([
    ['an object, with its spacing', 'payload: data', '{ "text" : 9007199254740993, "secret":"s"}'],
    ['a place within it', 'payload: /data/text', '9007199254740993'],
    ['an object without what omit names in it', 'payload: /data, omit: [secret]', '{ "text" : 9007199254740993}'],
    ['what map names in it', 'payload: /data, map: { words: text }', '{"words":9007199254740993}'],
  ])('sends %s', (_, keys, payload) => {
    const { emitted, receive } = stage(keys);
    receive('shouts', '{"to":7,"traceparent":"-","data":{ "text" : 9007199254740993, "secret":"s"}}');
    expect(emitted).toEqual([{ rooms: ['user:7'], event: 'shout', payload }]);
  });

  test('cuts the body: what the envelope of the route leaves', () => {
    const { emitted, receive } = stage('payload: /data/text, envelope: laravel');
    receive('shouts', '{"event":"e","data":{"to":7,"data":{"text":[1.0 ]},"socket":null},"socket":null}');
    expect(emitted).toMatchObject([{ payload: '[1.0 ]' }]);
  });

  test('that is absent, where the schema does not prove it, drops the message', () => {
    const { emitted, receive } = stage('payload: data', EITHER);
    expect(receive('shouts', '{"to":7}')).toMatchObject([
      { kind: 'dropped', reason: 'invalid', detail: 'the value that payload names is absent' },
    ]);
    expect(receive('shouts', '{"to":7,"data":null}')).toMatchObject([{ kind: 'delivered' }]);
    expect(emitted).toMatchObject([{ payload: 'null' }]);
  });

  test('of a durable route is the same live and in a replay, which shapes the body that is kept', () => {
    const { plan } = stage('payload: /data, omit: [secret], source: stream');
    const [route] = plan.routes.filter(isDurable);
    if (route === undefined) throw new Error('no durable route');
    const sent: string[] = [];
    const entries = createStreamDispatch({
      fanout: { count: () => 1, emit: (_rooms, _event, payload) => void sent.push(payload) },
      events: { handled: () => undefined },
      limits: LIMITS,
      dedupe: createDedupe(),
    });
    const content = { payload: Buffer.from('{"to":7,"data":{"text":1.0,"secret":"s"}}') };
    const live = entries.deliver(route, content, false, () => '{}');
    expect(entries.evaluate(route, content, false)).toEqual(live);
    expect([...sent, route.shape(live.text)]).toEqual(['{"text":1.0}', '{"text":1.0}']);
  });
});
