import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTargetField } from '../../src/config/routes/field.ts';
import { USER_IDS } from '../../src/routes/user-id.ts';
import { compileTarget, type Recipients } from '../../src/routes/target.ts';

/** The recipients that `target: { users: fields }` finds in a message. */
function recipients(fields: readonly string[], message: unknown, maxIds = Infinity): Recipients {
  return compileTarget(
    { kind: 'users', fields: fields.map(parseTargetField) },
    'authenticated',
    USER_IDS.uint64,
  )(message, maxIds);
}

/** The recipients in a text, whose numbers count as they are written. */
function recipientsIn(fields: readonly string[], text: string): Recipients {
  const target = compileTarget(
    { kind: 'users', fields: fields.map(parseTargetField) },
    'authenticated',
    USER_IDS.uint64,
  );
  return target(JSON.parse(text), Infinity, text);
}

describe('a broadcast', () => {
  test.each(['authenticated', 'anyone'] as const)(
    'for %s has that audience as its recipients, whatever the message holds',
    (who) => {
      const target = compileTarget({ kind: 'broadcast' }, who, USER_IDS.uint64);
      expect(target({ user_id: 7 }, 0)).toMatchObject({ rooms: [`audience:${who}`], skipped: 0 });
      expect(target({}, 0)).toMatchObject({ rooms: [`audience:${who}`], skipped: 0 });
    },
  );
});

describe('a target of users', () => {
  test.each([
    ['one field', ['user_id'], { user_id: 7 }, ['user:7'], 0],
    ['an id as text', ['user_id'], { user_id: '9007199254740993' }, ['user:9007199254740993'], 0],
    ['the union of two fields', ['old', 'new'], { old: 7, new: 8 }, ['user:7', 'user:8'], 0],
    ['a user in two fields once', ['old', 'new'], { old: 7, new: '7' }, ['user:7'], 0],
    ['a list', ['all'], { all: [7, '8', 7] }, ['user:7', 'user:8'], 0],
    ['a pointer', ['/data/user_id'], { data: { user_id: 7 } }, ['user:7'], 0],
    ['a pointer into a list', ['/items/1/id'], { items: [{ id: 7 }, { id: 8 }] }, ['user:8'], 0],
    ['a name with a slash, escaped', ['/a~1b'], { 'a/b': 7 }, ['user:7'], 0],
    ['an absent optional field', ['old?', 'new'], { new: 8 }, ['user:8'], 0],
    ['an optional field that is null', ['old?', 'new'], { old: null, new: 8 }, ['user:8'], 0],
    ['a present optional field', ['old?', 'new'], { old: 7, new: 8 }, ['user:7', 'user:8'], 0],
    ['an optional field with a bad id', ['old?', 'new'], { old: '07', new: 8 }, ['user:8'], 1],
    ['an optional field that is 0', ['old?', 'new'], { old: 0, new: 8 }, ['user:8'], 0],
    ['an optional field that is the text 0', ['old?', 'new'], { old: '0', new: 8 }, ['user:8'], 0],
    ['an optional field that is empty', ['old?', 'new'], { old: '', new: 8 }, ['user:8'], 0],
    ['an optional field that is an empty list', ['old?', 'new'], { old: [], new: 8 }, ['user:8'], 0],
    ['zero values in an optional list', ['all?'], { all: [null, 0, '0', '', [], 7] }, ['user:7'], 0],
    ['only zero values', ['old?', 'all?'], { old: 0, all: [null, 0] }, [], 0],
    ['zero values in a required list', ['all'], { all: [null, 0, '0', '', [], 7] }, ['user:7'], 5],
    ['values that only resemble zero values', ['all?'], { all: ['00', '-0', ' ', false, {}, [0]] }, [], 6],
    ['a list with one bad item', ['all'], { all: [7, 0, 8] }, ['user:7', 'user:8'], 1],
    ['a list in a list', ['all'], { all: [[7], 8] }, ['user:8'], 1],
    ['a null in a list', ['all'], { all: [null, 8] }, ['user:8'], 1],
    ['an empty list', ['all'], { all: [] }, [], 1],
    ['a missing field', ['user_id'], {}, [], 1],
    ['null in a required field', ['user_id'], { user_id: null }, [], 1],
    ['an inherited name', ['constructor'], {}, [], 1],
    ['only bad items', ['all'], { all: ['*', {}, true] }, [], 3],
  ])('%s', (_, fields, message, rooms, skipped) => {
    expect(recipients(fields, message)).toMatchObject({ rooms, skipped, tooMany: false, rounded: false });
  });

  test.each([
    ['7.0', 'user:7'],
    ['7e0', 'user:7'],
    ['70E-1', 'user:7'],
    ['0.7e+1', 'user:7'],
    ['9007199254740991.0', 'user:9007199254740991'],
    ['6.99999999999999999', undefined],
    ['7.0000000000000000001', undefined],
    ['70000000000000000001e-19', undefined],
    ['7.5', undefined],
    ['-7.0', undefined],
    ['1e999', undefined],
    ['9007199254740992.0', undefined],
    ['9007199254740993e0', undefined],
    ['7'.repeat(5000), undefined],
    [`7.${'0'.repeat(5000)}`, 'user:7'],
    [`7.${'0'.repeat(5000)}1`, undefined],
    [`7e${'0'.repeat(5000)}`, 'user:7'],
    [`7e-${'9'.repeat(5000)}`, undefined],
  ])('reads the number %s as it is written', (number, room) => {
    const rooms = room === undefined ? [] : [room];
    expect(recipientsIn(['id'], `{"id":${number}}`)).toMatchObject({ rooms, skipped: 1 - rooms.length });
    expect(recipientsIn(['/all'], `{"all": [ "8", ${number} , 9]}`).rooms).toEqual(['user:8', ...rooms, 'user:9']);
  });

  test.each(['0.0', '0e9', '-0.0', '0.000e-5'])('reads %s in an optional field as no user', (number) => {
    expect(recipientsIn(['id?'], `{"id":${number}}`)).toMatchObject({ rooms: [], skipped: 0 });
    expect(recipientsIn(['id?'], '{"id":1e-400}')).toMatchObject({ rooms: [], skipped: 1 });
  });

  test.each([2 ** 53, 1e18, Infinity])('reports %d as rounded', (id) => {
    expect(recipients(['id'], { id })).toMatchObject({ rooms: [], skipped: 1, rounded: true });
  });

  test('takes a list of 100,000 users', () => {
    const all = Array.from({ length: 100_000 }, (_, index) => index + 1);
    expect(recipients(['all'], { all }).rooms).toHaveLength(100_000);
  });

  test.each([
    ['a list', ['all'], { all: [1, 2, 3, 4] }],
    ['a list with one user several times', ['all'], { all: [1, 1, 1, 1] }],
    ['two fields', ['all', 'one'], { all: [1, 2, 3], one: 4 }],
    ['a list without user ids', ['all'], { all: [null, null, null, null] }],
  ])('with more ids than allowed has no recipients: %s', (_, fields, message) => {
    expect(recipients(fields, message, 3)).toMatchObject({ rooms: [], skipped: 0, tooMany: true });
    expect(recipients(fields, message, 4).tooMany).toBe(false);
  });

  test('never becomes a broadcast or the room of a user who is not named, whatever the message holds', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FIELDS)), message, (fields, value) => {
        const { rooms } = recipients(fields, value);
        const named = new Set(fields.flatMap((field) => idsIn(pick(value, field))));
        expect(new Set(rooms)).toEqual(new Set([...named].map((id) => `user:${id}`)));
        expect(new Set(rooms).size).toBe(rooms.length);
      }),
      { numRuns: 1000 },
    );
  });
});

const FIELDS = ['a', 'b?', '/c/a', '/c/b?', '/d/0'];

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    7,
    '7',
    8,
    '9007199254740993',
    2 ** 53,
    0,
    -0,
    1.5,
    '',
    '*',
    '07',
    null,
    true,
    'audience:anyone',
  ),
  fc.integer(),
  fc.double(),
  fc.bigInt(0n, 2n ** 65n).map(String),
  fc.jsonValue(),
);
const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), fc.constant({}));
const message = fc.record(
  { a: value, b: value, c: fc.oneof(value, fc.record({ a: value, b: value }, { requiredKeys: [] })), d: value },
  { requiredKeys: [] },
);

/** The rule, written differently than in the code: a decimal text that a uint64 counter would print, above 0. */
function idsIn(found: unknown): string[] {
  return (Array.isArray(found) ? found : [found]).flatMap((item: unknown) => {
    const text = typeof item === 'number' && Math.abs(item) < 2 ** 53 ? String(item) : item;
    if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) return [];
    const id = BigInt(text);
    return String(id) === text && id > 0n && id < 2n ** 64n ? [text] : [];
  });
}

function pick(from: unknown, field: string): unknown {
  const names = field.replace('?', '').replace(/^\//, '').split('/');
  return names.reduce<unknown>((found, name) => new Map(entries(found)).get(name), from);
}

function entries(found: unknown): [string, unknown][] {
  return typeof found === 'object' && found !== null ? Object.entries(found) : [];
}
