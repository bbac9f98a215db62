import type { History } from './history.ts';
import { before, START } from './position.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamState, StreamStore } from './store.ts';

/** Ids that are compared: a failover loses the last ones. */
const COMPARED = 64;

/**
 * Whether what was read is no longer what Redis has: another history won a failover, the stream was deleted. Redis does
 * not tell; reading on would leave a hole, or hear nothing for as long as new ids are below the old ones. Trimming may also
 * have been faster than this instance.
 *
 * @param added how many entries were ever added up to the position.
 */
export async function lossOf(
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
  // The oldest may have been trimmed. Anything else that is gone, or that nobody has read, is another history.
  const expected = found.length > known.length ? undefined : known.slice(known.length - found.length);
  return expected?.join() === found.join() ? undefined : 'fork';
}

/** Whether this alone shows that something was lost. */
export function isSuspect(state: StreamState, added: number, position: string): boolean {
  return isTrimmed(state, added, position) || state.lastId < position || state.added < added;
}

/** Entries behind the position were gone before they could be read. */
function isTrimmed(state: StreamState, added: number, position: string): boolean {
  return state.added - added > unread(state, position);
}

/** Most entries that may be there and have not been read. */
function unread({ lastId, length }: StreamState, position: string): number {
  return position === lastId ? 0 : length;
}
