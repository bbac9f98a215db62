import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { USER_IDS } from '../../src/routes/user-id.ts';

const { parse: toUserId, onWire: idOnWire } = USER_IDS.uint64;
const text = USER_IDS.text;

const LARGEST = 2n ** 64n - 1n;

describe('a user id', () => {
  test.each([
    ['1', '1'],
    ['7', '7'],
    ['1e3', '1000'],
    ['"1000"', '1000'],
    ['9007199254740991', '9007199254740991'],
    ['"9007199254740993"', '9007199254740993'],
    ['"9999999999999999999"', '9999999999999999999'],
    ['"18446744073709551615"', '18446744073709551615'],
  ])('%s in a message is user %s', (json, user) => {
    expect(toUserId(JSON.parse(json))).toBe(user);
  });

  test.each([
    ['null'],
    ['""'],
    ['[]'],
    ['[7]'],
    ['{}'],
    ['{"id":7}'],
    ['true'],
    ['false'],
    ['"*"'],
    ['"all"'],
    ['"user:5"'],
    ['" 5 "'],
    ['"5 "'],
    ['0'],
    ['"0"'],
    ['-0'],
    ['-1'],
    ['"-1"'],
    ['1.5'],
    ['"1.5"'],
    ['"1e3"'],
    ['1e-3'],
    ['1e400'],
    ['"NaN"'],
    ['"Infinity"'],
    ['"0x7"'],
    ['"07"'],
    ['"+7"'],
    ['"7\\n"'],
    ['"7\\u0000"'],
    ['"٧"'],
    ['"７"'],
    ['"7_000"'],
    ['12345678901234567890'],
    ['9007199254740992'],
    ['9007199254740993'],
    ['"18446744073709551616"'],
    ['"99999999999999999999"'],
    ['"100000000000000000000"'],
  ])('%s in a message is no user', (json) => {
    expect(toUserId(JSON.parse(json))).toBeUndefined();
  });

  test('missing is no user', () => {
    expect(toUserId(undefined)).toBeUndefined();
  });
});

describe('any uint64', () => {
  test('above 0 is a user id as decimal text', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, LARGEST), (id) => {
        expect(toUserId(String(id))).toBe(String(id));
      }),
    );
  });

  test('as a number is the same user as its text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
        expect(toUserId(id)).toBe(toUserId(String(id)));
      }),
    );
  });

  test('exceeded is no user', () => {
    fc.assert(
      fc.property(fc.bigInt(LARGEST + 1n, LARGEST ** 2n), (id) => {
        expect(toUserId(String(id))).toBeUndefined();
      }),
    );
  });
});

describe('a user id on the wire', () => {
  test.each([
    ['7', 7],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['9007199254740993', '9007199254740993'],
    ['18446744073709551615', '18446744073709551615'],
  ])('of user %s is %j', (id, wire) => {
    expect(idOnWire(id)).toBe(wire);
  });

  test('is the same user after its way to a client and back', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, LARGEST), (id) => {
        expect(toUserId(JSON.parse(JSON.stringify(idOnWire(String(id)))))).toBe(String(id));
      }),
    );
  });
});

describe('a text user id', () => {
  test.each([
    ['auth0|5f7c8ec7c33c6c004bbafe82'],
    ['7'],
    ['0'],
    ['user:7'],
    ['ada@example.com'],
    ['٧'],
    ['x'.repeat(128)],
  ])('%j is the user of exactly that text', (id) => {
    expect(text.parse(id)).toBe(id);
    expect(text.onWire(id)).toBe(id);
  });

  test.each([
    [7],
    [0],
    [''],
    [' '],
    ['a b'],
    ['a\n'],
    ['a\u0000'],
    ['a\u00a0'],
    ['a\ud800'],
    ['x'.repeat(129)],
    [null],
    [['a']],
    [{ id: 'a' }],
    [true],
    [undefined],
  ])('%j is no user', (value) => {
    expect(text.parse(value)).toBeUndefined();
  });

  test('is compared by its characters: other case and other forms are other users', () => {
    expect(new Set(['Ada', 'ada', 'Ad\u00e1', 'Ada\u0301'].map((id) => text.parse(id))).size).toBe(4);
  });
});

describe('what publishers write for "no user"', () => {
  test.each([[null], [0], [''], [[]]])('%j names no user, whatever the kind is', (value) => {
    expect([USER_IDS.uint64.isNobody(value), text.isNobody(value)]).toEqual([true, true]);
  });

  test('"0" names no user where ids are numbers, and is a user where they are text', () => {
    expect([USER_IDS.uint64.isNobody('0'), text.isNobody('0')]).toEqual([true, false]);
  });
});
