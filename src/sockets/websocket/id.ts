import { randomBytes } from 'node:crypto';

/** Twenty characters that nobody guesses, as the library's own ids are. */
export function createId(): string {
  return randomBytes(15).toString('base64url');
}
