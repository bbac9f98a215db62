import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOnWire, toUserId } from '../../src/routes/user-id.ts';

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
