import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/dispatch/outcome.ts';
import { stageDispatch } from './stage.ts';

const ROUTES = `
version: 1
routes:
  owners:
    channel: sales
    event: owner-changed
    schema: ../sale.json
    target: { users: [old?, new] }
  feed:
    channel: [sales, rentals]
    event: market-moved
    schema: ../sale.json
    target: broadcast
    audience: anyone
    map: { feature: /feature/id }
  strict:
    channel: sales
    event: priced-sale
    schema: ../priced-sale.json
    target: broadcast
`;
const sale = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['new'],
  properties: {
    old: { type: ['integer', 'string', 'null'] },
    new: { type: ['integer', 'string'] },
    price: { type: 'number' },
    feature: { type: 'object', properties: { id: { type: 'integer' } } },
  },
};
const SCHEMAS = { sale, 'priced-sale': { ...sale, required: ['new', 'price'] } };

describe('several routes on one channel', () => {
  test('each get the message, in their own shape and for their own target', () => {
    const { emitted, receive } = stageDispatch(ROUTES, SCHEMAS);
    const text = '{"old":7,"new":"8","price":1.0,"feature":{"id":9007199254740993}}';

    const outcomes = receive('sales', text);

    expect(outcomes.map(({ kind, route }) => [route?.name, kind])).toEqual([
      ['owners', 'delivered'],
      ['feed', 'delivered'],
      ['strict', 'delivered'],
    ]);
    expect(emitted).toEqual([
      { rooms: ['user:7', 'user:8'], event: 'owner-changed', payload: text },
      { rooms: ['audience:anyone'], event: 'market-moved', payload: '{"feature":9007199254740993}' },
      { rooms: ['audience:authenticated'], event: 'priced-sale', payload: text },
    ]);
  });

  test('do not share their fate', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS, {
      emit: (rooms) => {
        if (rooms.includes('user:8')) throw new Error('refused');
      },
    });
    expect(receive('sales', '{"new":8}')).toMatchObject([
      { kind: 'dropped', reason: 'emit-failed' },
      { kind: 'delivered' },
      { kind: 'dropped', reason: 'invalid' },
    ]);
  });

  test('all drop a message that cannot be read', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS);
    expect(receive('sales', '{').map(({ route }) => route?.name)).toEqual(['owners', 'feed', 'strict']);
  });

  test('a route with several channels receives from each of them', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS);
    expect(receive('rentals', '{"new":8}').map(({ route }) => route?.name)).toEqual(['feed']);
  });
});

describe('the outcome of a message', () => {
  test('reports how many sockets received it and how many values were not ids', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS, { count: (rooms) => rooms.length * 3 });
    expect(receive('sales', '{"old":"07","new":8,"price":1}')).toMatchObject([
      { kind: 'delivered', recipients: 3, skipped: 1 },
      { kind: 'delivered', recipients: 3, skipped: 0 },
      { kind: 'delivered', recipients: 3, skipped: 0 },
    ]);
  });

  test('is "not here" without an emit if none of its users is connected', () => {
    const { emitted, receive } = stageDispatch(ROUTES, SCHEMAS, { count: () => 0 });
    expect(receive('sales', '{"old":"x","new":8}')).toMatchObject([
      { kind: 'not-here', skipped: 1 },
      { kind: 'not-here', skipped: 0 },
      { kind: 'dropped' },
    ]);
    expect(emitted).toEqual([]);
  });

  test('is reported with the channel, the size in bytes and the time of arrival', () => {
    const { handled, receive } = stageDispatch(ROUTES, SCHEMAS);
    const before = performance.now();
    receive('sales', '{"new":8,"text":"é"}');
    expect(handled).toMatchObject([{ channel: 'sales', bytes: 21 }]);
    expect(handled[0]?.receivedAt).toBeGreaterThanOrEqual(before);
    expect(handled[0]?.receivedAt).toBeLessThanOrEqual(performance.now());
  });

  test('adds up for every route: received = delivered + not here + dropped', () => {
    let here = 0;
    const { handled, receive } = stageDispatch(ROUTES, SCHEMAS, {
      count: () => here++ % 2,
      emit: (rooms) => {
        if (rooms.includes('user:5')) throw new Error('refused');
      },
    });
    const messages = ['{"new":8}', '{"new":5}', '{"new":8,"price":1}', '{}', '[]', '', '{"new":"*"}', '{"new":5}'];
    for (const message of messages) receive('sales', message);

    const outcomes = handled.flatMap((message) => message.outcomes);
    for (const route of ['owners', 'feed', 'strict']) {
      const kinds = countBy(outcomes.filter((outcome) => outcome.route?.name === route));
      expect(kinds.delivered + kinds['not-here'] + kinds.dropped).toBe(messages.length);
    }
    const { shadow, disconnected, ...live } = countBy(outcomes);
    expect(shadow + disconnected).toBe(0);
    expect(Object.values(live).every((count) => count > 0)).toBe(true);
  });
});

function countBy(outcomes: readonly Outcome[]): Record<Outcome['kind'], number> {
  const counts = { delivered: 0, disconnected: 0, 'not-here': 0, dropped: 0, shadow: 0 };
  for (const { kind } of outcomes) counts[kind] += 1;
  return counts;
}
