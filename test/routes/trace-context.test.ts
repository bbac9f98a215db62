import { describe, expect, test } from 'vitest';
import { isBaggage, isTracestate, parseTraceparent, traceparentProblem } from '../../src/routes/trace-context.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  test.each([
    [`00-${ID}-${SPAN}-01`.toUpperCase(), 'it has upper-case letters, W3C asks for lower case'],
    [`00-${ID.toUpperCase()}-${SPAN}-01`, 'it has upper-case letters, W3C asks for lower case'],
    [`ff-${ID}-${SPAN}-01`, 'version ff is not allowed'],
    [`${ID}-${SPAN}-1`, 'it is in the form of B3, not of W3C'],
    [`${SPAN}-${SPAN}-1-${SPAN}`, 'it is in the form of B3, not of W3C'],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, 'its trace id is all zeros'],
    [`00-${ID}-${'0'.repeat(16)}-01`, 'its span id is all zeros'],
    [`00-${ID}-${SPAN}-01-more`, 'it is not of the form 00-<32 hex digits>-<16 hex digits>-<2 hex digits>'],
    [`00-${ID}-${SPAN}`, 'it is not of the form 00-<32 hex digits>-<16 hex digits>-<2 hex digits>'],
    [`01-${'f'.repeat(300)}`, 'it is longer than 200 characters'],
    ['', 'it is not of the form 00-<32 hex digits>-<16 hex digits>-<2 hex digits>'],
    [{ traceparent: `00-${ID}-${SPAN}-01` }, 'it is no text'],
    [null, 'it is no text'],
  ])('%j is none, because %s', (value, problem) => {
    expect(traceparentProblem(value)).toBe(problem);
    expect(parseTraceparent(typeof value === 'string' ? value : undefined)).toBeUndefined();
  });

  test.each([`00-${ID}-${SPAN}-01`, `00-${ID}-${SPAN}-00`, `01-${ID}-${SPAN}-03-more`])('%s is one', (value) => {
    expect(traceparentProblem(value)).toBeUndefined();
  });
});

describe('a tracestate', () => {
  test.each(['', 'dd=s:1', 'a=1,b=2', 'a=1 , b=2', 'a=1,,b=2', 'tenant@vendor=x y', '1a=b', `a=${'x'.repeat(256)}`])(
    'is %j',
    (value) => {
      expect(isTracestate(value)).toBe(true);
    },
  );

  test.each([
    'a',
    '=1',
    'A=1',
    'a=1,a=2',
    'a=',
    'a=b=c',
    'a=é',
    'a@b@c=1',
    `a=${'x'.repeat(257)}`,
    Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(),
    7,
    null,
    ['a=1'],
  ])('is not %j', (value) => {
    expect(isTracestate(value)).toBe(false);
  });
});

describe('baggage', () => {
  test.each(['a=1', 'userId=Am%C3%A9lie', 'a=1;p=2;q, b = 2', 'a='])('is %j', (value) => {
    expect(isBaggage(value)).toBe(true);
  });

  test.each(['', 'suitcase', 'a=1,', 'a b=1', 'a="1"', 'a=1 2', 'a=é', `a=${'x'.repeat(9000)}`, { a: 1 }])(
    'is not %j',
    (value) => {
      expect(isBaggage(value)).toBe(false);
    },
  );
});
