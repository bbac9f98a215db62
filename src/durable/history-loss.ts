import type { History } from './history.ts';
import { before, START } from './position.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamState, StreamStore } from './store.ts';

/** How many of the last ids are compared: a failover loses the last ones. */
const COMPARED = 64;

/**
 * Finds out whether Redis has lost the history that was read: another history won a failover, the stream was deleted, or
 * entries were trimmed before this instance read them. Redis does not report that; reading on would leave a hole, or
 * receive nothing while new ids are below the old ones.
 *
 * @param added how many entries were ever added up to the position.
 * @returns what was lost; undefined if the history is the same.
 */
export async function findLoss(
  history: History,
  state: StreamState,
  added: number,
  store: Pick<StreamStore, 'ids'>,
): Promise<HistoryLoss | undefined> {
  const { position, ring } = history;
  if (isTrimmed(state, added, position)) return 'trimmed';
  if (position === START) return undefined;
  if (state.lastId === START) return 'deleted';
  if (state.lastId < position) return 'fork';
  if (state.added < added) return 'deleted';
  const known = ring.lastIds(COMPARED);
  const [first] = known;
  if (first === undefined) return undefined;
  const found = await store.ids(before(first), position, COMPARED + 1);
  // The oldest may have been trimmed. Any other missing id, and any id that was not read, means another history.
  const expected = found.length > known.length ? undefined : known.slice(known.length - found.length);
  return expected?.join() === found.join() ? undefined : 'fork';
}

/** Returns whether the state alone shows that something was lost. */
export function suggestsLoss(state: StreamState, added: number, position: string): boolean {
  return isTrimmed(state, added, position) || state.lastId < position || state.added < added;
}

/** Returns whether entries after the position were removed before they could be read. */
function isTrimmed(state: StreamState, added: number, position: string): boolean {
  return state.added - added > unread(state, position);
}

/** Returns how many entries may be in the stream that were not read, at most. */
function unread({ lastId, length }: StreamState, position: string): number {
  return position === lastId ? 0 : length;
}
