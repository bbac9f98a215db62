import { randomBytes } from 'node:crypto';
import { createId } from './native/id.ts';

/** At the end of all ids that this process gives: tells a session that has ended here from one that began elsewhere. */
const MARK = randomBytes(3).toString('base64url');

/** As long as the library's own ids; what is left to chance, 96 bits, nobody guesses. */
export function createSessionId(): string {
  return createId().slice(0, -MARK.length) + MARK;
}

/** Whether a session of this id began in this process, as far as can be told: one in 16 million others looks so too. */
export function beganHere(sid: string): boolean {
  return sid.endsWith(MARK);
}
