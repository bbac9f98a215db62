const NUMBER = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Digits of 2^53 - 1. */
const SAFE_DIGITS = 16;

/**
 * Reads a JSON number exactly as an integer: `7.0` and `70e-1` are 7, `6.99999999999999999` is NaN, although JSON.parse reads
 * 7. Beyond 2^53 - 1 the result is not a safe integer, as with JSON.parse.
 */
export function exactInteger(text: string): number {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutLastZeros(digits);
  if (significant === '') return whole === '' ? NaN : 0;
  const zeros = Number(exponent) - fraction.length + digits.length - significant.length;
  if (zeros < 0) return NaN;
  if (significant.length + zeros > SAFE_DIGITS) return Infinity;
  return Number(sign + significant + '0'.repeat(zeros));
}

/** A regular expression would scan each run of zeros from each of its zeros. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
