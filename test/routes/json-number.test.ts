import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactInteger } from '../../src/routes/json-number.ts';
import { SLACK_MS } from '../support/slack.ts';

/** By BigInt arithmetic: the digits, times ten to what is left of the exponent. */
function integerOf(whole: string, fraction: string, exponent: number): bigint | undefined {
  const digits = BigInt(whole + fraction);
  const power = exponent - fraction.length;
  if (power >= 0) return digits * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return digits % divisor === 0n ? digits / divisor : undefined;
}

const digits = fc.string({ unit: fc.constantFrom('0', '0', '1', '7', '9'), maxLength: 25 });
const whole = digits.map((text) => text.replace(/^0+(?=.)/, '') || '0');

test('a number is the integer that its digits and exponent make, or none', () => {
  fc.assert(
    fc.property(whole, digits, fc.option(fc.integer({ min: -40, max: 40 })), (before, behind, exponent) => {
      const text = before + (behind === '' ? '' : `.${behind}`) + (exponent === null ? '' : `e${exponent}`);
      const integer = integerOf(before, behind, exponent ?? 0);
      const safe = integer !== undefined && integer <= BigInt(Number.MAX_SAFE_INTEGER);
      const found = exactInteger(text);
      expect(Number.isSafeInteger(found) ? BigInt(found) : undefined).toBe(safe ? integer : undefined);
      // A fraction is no number that is merely too large.
      expect(Number.isNaN(found)).toBe(integer === undefined);
    }),
    { numRuns: 5000 },
  );
});

test.each([10_000, 1_000_000])('a number of %i digits takes time that grows with them', (count) => {
  const start = performance.now();
  expect(exactInteger(`1${'0'.repeat(count)}1e-${count + 1}`)).toBeNaN();
  expect(exactInteger(`7.${'0'.repeat(count)}`)).toBe(7);
  // Some milliseconds; the square of a million would be hours.
  expect(performance.now() - start).toBeLessThan(SLACK_MS);
});
