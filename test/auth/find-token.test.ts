import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findToken } from '../../src/auth/find-token.ts';

describe('a token', () => {
  test.each([
    ['auth.token', { auth: 'a', authorization: 'Bearer b', query: 'c' }, 'a'],
    ['the header, if auth has none', { auth: undefined, authorization: 'Bearer b', query: 'c' }, 'b'],
    ['the query, if nothing else has one', { auth: '', authorization: undefined, query: 'c' }, 'c'],
    ['the header, in any case of its scheme', { auth: null, authorization: 'bEaReR b' }, 'b'],
    ['auth.token with a pipe, as Laravel makes them', { auth: '12|AbC', authorization: undefined }, '12|AbC'],
    ['auth.token of 4,096 characters', { auth: 'x'.repeat(4096), authorization: undefined }, 'x'.repeat(4096)],
  ])('is taken from %s', (_, places, token) => {
    expect(findToken(places)).toBe(token);
  });

  test.each([
    ['nothing is sent', { auth: undefined, authorization: undefined }],
    ['all is empty', { auth: '', authorization: '', query: '' }],
    ['the header has another scheme', { auth: undefined, authorization: 'Basic abc' }],
    ['the header has only a scheme', { auth: undefined, authorization: 'Bearer' }],
    ['the header has a scheme and a space', { auth: undefined, authorization: 'Bearer ' }],
  ])('is missing where %s', (_, places) => {
    expect(findToken(places)).toBeUndefined();
  });

  test.each([
    ['0', 0],
    ['false', false],
    ['a list', ['a']],
    ['an object', {}],
    ['4,097 characters', 'x'.repeat(4097)],
    ['a tab', 'a\tb'],
    ['a DEL', 'a\x7f'],
    ['an umlaut', 'ä'],
    ['spaces around', ' a '],
  ])('is malformed as %s, also if another place has a valid one', (_, auth) => {
    expect(findToken({ auth, authorization: 'Bearer b', query: 'c' })).toMatchObject({ code: 'token-malformed' });
  });

  test('is either visible ASCII of 1 to 4096 characters or refused, whatever is sent', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.string(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(anything, fc.option(fc.string(), { nil: undefined }), anything, (auth, authorization, query) => {
        const found = findToken({ auth, authorization, query });
        const wellFormed = typeof found !== 'string' || /^[!-~]{1,4096}$/.test(found);
        expect(wellFormed).toBe(true);
      }),
    );
  });
});
