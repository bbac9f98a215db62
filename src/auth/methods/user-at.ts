import { sliceAt } from '../../routes/json-text.ts';
import type { UserId, UserIds } from '../../routes/user-id.ts';
import { valueAt } from '../../schema/json.ts';

/**
 * The user id at `path` of a JSON document. Of a number beyond 2^53 - 1 the digits count, as they are written: JSON.parse
 * rounds it to another user's.
 *
 * @param text of the document.
 */
export function userAt(document: object, text: string, path: readonly string[], ids: UserIds): UserId | undefined {
  const value = valueAt(document, path);
  const isRounded = typeof value === 'number' && !Number.isSafeInteger(value);
  return ids.parse(isRounded && ids.kind === 'uint64' ? sliceAt(text, path) : value);
}
