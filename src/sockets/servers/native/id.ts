import { randomFillSync } from 'node:crypto';

const BYTES = 15;

/** Random bytes for some hundred ids: a call per id took a twentieth of the cost of a connect. */
const pool = Buffer.allocUnsafeSlow(BYTES * 256);
let next = pool.length;

/** Returns twenty random characters, like the library's ids. */
export function createId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  next += BYTES;
  return pool.toString('base64url', next - BYTES, next);
}
