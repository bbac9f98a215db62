import { describe, expect, test } from 'vitest';
import { stageDispatch } from './stage.ts';

const ROUTES = `
version: 1
routes:
  owners:
    channel: sales
    event: sold
    schema: ../sale.json
    schema_next: ../priced-sale.json
    target: { user: owner }
  market:
    channel: sales
    event: sold
    schema: ../priced-sale.json
    schema_next: ../sale.json
    target: broadcast
    shadow: true
`;
const sale = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['owner'],
  properties: { owner: { type: ['integer', 'string'] }, price: { type: 'number' } },
};
const SCHEMAS = { sale, 'priced-sale': { ...sale, required: ['owner', 'price'] } };

describe('a shadow route', () => {
  test('sends nothing, and reports how many sockets would have received it', () => {
    const { emitted, receive } = stageDispatch(ROUTES, SCHEMAS, { count: (rooms) => (rooms[0] === 'user:7' ? 2 : 90) });
    const [live, shadow] = receive('sales', '{"owner":7,"price":1}');
    expect(live).toMatchObject({ kind: 'delivered', recipients: 2 });
    expect(shadow).toMatchObject({ kind: 'shadow', would: { kind: 'delivered', recipients: 90 } });
    expect(emitted.map(({ rooms }) => rooms)).toEqual([['user:7']]);
  });

  test.each([
    ['{"owner":7}', { kind: 'dropped', reason: 'invalid' }],
    ['{', { kind: 'dropped', reason: 'not-json' }],
    ['[]', { kind: 'dropped', reason: 'not-object' }],
  ])('would have dropped %s', (message, would) => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS);
    expect(receive('sales', message)[1]).toMatchObject({ kind: 'shadow', would });
  });

  test('reports that none of its users is connected', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS, { count: () => 0 });
    expect(receive('sales', '{"owner":7,"price":1}')[1]).toMatchObject({ kind: 'shadow', would: { kind: 'not-here' } });
  });
});

describe('a next schema', () => {
  test.each([
    ['both accept', '{"owner":7,"price":1}', 'delivered', 'same'],
    ['only the one in force accepts', '{"owner":7}', 'delivered', 'would-drop'],
    ['both refuse', '{"price":1}', 'dropped', 'same'],
  ])('has no effect on a message that %s', (_, message, kind, verdict) => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS);
    expect(receive('sales', message)[0]).toMatchObject({ kind, next: { verdict } });
  });

  test('reports the place where it would drop a message, and no value', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS);
    const [live] = receive('sales', '{"owner":77777}');
    expect(live?.next?.detail).toContain('price');
    expect(live?.next?.detail).not.toContain('77777');
  });

  test('also checks what the one in force drops', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS);
    expect(receive('sales', '{"owner":7}')[1]).toMatchObject({
      kind: 'shadow',
      would: { kind: 'dropped', reason: 'invalid' },
      next: { verdict: 'would-pass' },
    });
  });

  test('is not applied to what cannot be read', () => {
    const { receive } = stageDispatch(ROUTES, SCHEMAS);
    expect(receive('sales', '{')[0]?.next).toBeUndefined();
  });
});
