import { randomFillSync } from 'node:crypto';

const BYTES = 15;

/** For some hundred ids: asking for each alone took a twentieth of what a connect costs. */
const pool = Buffer.allocUnsafeSlow(BYTES * 256);
let next = pool.length;

/** Twenty characters that nobody guesses, as the library's own ids are. */
export function createId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  next += BYTES;
  return pool.toString('base64url', next - BYTES, next);
}
