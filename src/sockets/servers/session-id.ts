import { randomBytes } from 'node:crypto';
import { createId } from './native/id.ts';

/** Suffix of all session ids of this process: distinguishes a session that ended here from one of another instance. */
const MARK = randomBytes(3).toString('base64url');

/** Creates an id as long as the library's, with 96 random bits. */
export function createSessionId(): string {
  return createId().slice(0, -MARK.length) + MARK;
}

/** Whether a session of this id began in this process; one in 16 million foreign ids matches by chance. */
export function beganHere(sid: string): boolean {
  return sid.endsWith(MARK);
}
