import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stageDispatch } from './stage.ts';

const ROUTES = `
version: 1
routes:
  banned:
    channel: bans
    action: disconnect
    schema: ../ban.json
    target: { users: [user, others?, /by/user?] }
  told:
    channel: bans
    event: you-are-banned
    schema: ../ban.json
    target: { user: user }
  everyone:
    channel: bans
    event: somebody-is-banned
    schema: ../ban.json
    target: broadcast
`;
const id = { type: ['integer', 'string'] };
const ban = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['user'],
  properties: {
    user: { type: ['integer', 'string', 'array'], items: id },
    others: { type: ['array', 'null'], items: {} },
    by: { type: 'object', properties: { user: id } },
  },
};
const SCHEMAS = { ban };

const stage = (control = {}): ReturnType<typeof stageDispatch> => stageDispatch(ROUTES, SCHEMAS, {}, control);

describe('a route that disconnects', () => {
  test('names the users to disconnect, each once, after they have received their events', () => {
    const order: string[] = [];
    const { receive } = stageDispatch(
      ROUTES,
      SCHEMAS,
      { emit: (_, event) => void order.push(event) },
      { disconnectUsers: (users) => (order.push(...users), 3) },
    );
    const outcomes = receive('bans', '{"user":7,"others":["8",7]}');
    expect(order).toEqual(['you-are-banned', 'somebody-is-banned', '7', '8']);
    expect(outcomes.map(({ route, kind }) => [route?.name, kind])).toEqual([
      ['told', 'delivered'],
      ['everyone', 'delivered'],
      ['banned', 'disconnected'],
    ]);
    expect(outcomes[2]).toMatchObject({ recipients: 3, skipped: 0 });
  });

  test('is applied also if none of the users is connected: their tokens may be cached', () => {
    const asked: string[][] = [];
    const { receive } = stage({ disconnectUsers: (users: ReadonlySet<string>) => (asked.push([...users]), 0) });
    expect(receive('bans', '{"user":7}')[2]).toMatchObject({ kind: 'not-here' });
    expect(asked).toEqual([['7']]);
  });

  test.each([
    ['{"user":"*"}', 'no-target', 1],
    ['{"user":0}', 'no-target', 1],
    ['{"user":[]}', 'no-target', 1],
    ['{"user":[],"others":[null,"audience:anyone","user:7"]}', 'no-target', 3],
    ['{}', 'invalid', 0],
    ['[]', 'not-object', 0],
    ['{', 'not-json', 0],
  ])('disconnects no user because of %s', (message, reason, skipped) => {
    const { disconnected, receive } = stage();
    expect(receive('bans', message).at(-1)).toMatchObject({
      kind: 'dropped',
      route: { name: 'banned' },
      reason,
      skipped,
    });
    expect(disconnected).toEqual([]);
  });

  test('survives a fault while it does', () => {
    const { receive } = stage({
      disconnectUsers() {
        throw new Error('a fault');
      },
    });
    expect(receive('bans', '{"user":7}')[2]).toMatchObject({
      kind: 'dropped',
      reason: 'emit-failed',
      detail: 'a fault',
    });
  });

  test('adds up: received = delivered (as disconnected) + not here + dropped', () => {
    let here = 0;
    const { handled, receive } = stage({ disconnectUsers: () => here++ % 2 });
    const messages = ['{"user":7}', '{"user":8}', '{}', '{"user":"07"}', '{"user":9}', 'null'];
    for (const message of messages) receive('bans', message);
    const kinds = handled.flatMap(({ outcomes }) => outcomes).filter(({ route }) => route?.name === 'banned');
    const count = (wanted: string): number => kinds.filter(({ kind }) => kind === wanted).length;
    expect([count('disconnected'), count('not-here'), count('dropped')]).toEqual([1, 2, 3]);
  });
});

describe('whatever a message holds', () => {
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(7, '7', '8', '9007199254740993', 2 ** 53, 0, '', '*', '07', null, true, 'user:7'),
    fc.integer(),
    fc.bigInt(0n, 2n ** 65n).map(String),
    fc.jsonValue(),
  );
  const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }));
  const message = fc.record(
    { user: value, others: value, by: fc.oneof(value, fc.record({ user: value })), more: value },
    { requiredKeys: [] },
  );

  test('only users whose ids stand in a target field are disconnected', () => {
    const { disconnected, receive } = stage();
    let served = 0;
    fc.assert(
      fc.property(message, (fields) => {
        disconnected.length = 0;
        const outcome = receive('bans', JSON.stringify(fields)).at(-1);
        const isServed = outcome?.kind === 'disconnected';
        served += Number(isServed);
        expect(new Set(disconnected.flat())).toEqual(new Set(isServed ? namedIn(fields) : []));
        expect(disconnected.flat().length).toBe(new Set(disconnected.flat()).size);
      }),
      { numRuns: 2000 },
    );
    expect(served).toBeGreaterThan(50);
  });

  /** The rule in other words than the code's: a decimal text that a uint64 counter would print, above 0. */
  function namedIn(fields: { user?: unknown; others?: unknown; by?: unknown }): string[] {
    const { by } = fields;
    const inside: unknown = typeof by === 'object' && by !== null && !Array.isArray(by) ? Reflect.get(by, 'user') : 0;
    return [fields.user, fields.others, inside].flat().flatMap((item: unknown) => {
      const text = typeof item === 'number' && Math.abs(item) < 2 ** 53 ? String(item) : item;
      if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) return [];
      const number = BigInt(text);
      return String(number) === text && number > 0n && number < 2n ** 64n ? [text] : [];
    });
  }
});
