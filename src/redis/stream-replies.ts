import { fromRedisBytes, fromRedisId } from '../durable/position.ts';
import type { EventId, StreamEntry, StreamState } from '../durable/store.ts';
import { ID_BYTES, type EntryFields } from './stream-scripts.ts';

/** A part of a stream, and the state of the stream at that moment. */
export interface PageReply {
  readonly state: StreamState;
  /** Id of the first entry of the stream. */
  readonly first?: string;
  readonly entries: StreamEntry[];
}

/** Reads the reply of XRANGE and XREVRANGE: `[[id, [field, value, …]], …]`. */
export function entriesIn(reply: unknown, fields: EntryFields): StreamEntry[] {
  const entries: StreamEntry[] = [];
  for (const row of listIn(reply)) {
    const [id, pairs] = listIn(row);
    if (Buffer.isBuffer(id)) entries.push(entryOf(fromRedisBytes(id), listIn(pairs), fields));
  }
  return entries;
}

/** Reads the reply of the page script: `[[last id, length, ever added, first id], [[id, payload, size, event id], …]]`. */
export function pageIn(reply: unknown): PageReply {
  const [state, rows] = listIn(reply);
  const [lastId, length, added, first] = listIn(state);
  return {
    state: {
      lastId: fromRedisId(textOf(lastId)),
      length: Number(length),
      // Redis reports it since 7.0.
      added: Number(added) < 0 ? Number.NaN : Number(added),
    },
    ...(Buffer.isBuffer(first) && { first: fromRedisBytes(first) }),
    entries: listIn(rows).flatMap((row) => cutEntryIn(listIn(row))),
  };
}

/** Reads the reply of the id script: `[id, event id, …]`. */
export function idsIn(reply: unknown): EventId[] {
  const list = listIn(reply);
  const ids: EventId[] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    const [id, eventId] = [list[i], list[i + 1]];
    if (!Buffer.isBuffer(id)) continue;
    ids.push({ id: fromRedisBytes(id), ...(Buffer.isBuffer(eventId) && { eventId: eventId.toString() }) });
  }
  return ids;
}

function cutEntryIn([id, payload, size, eventId]: readonly unknown[]): StreamEntry[] {
  if (!Buffer.isBuffer(id)) return [];
  const entry = {
    id: fromRedisBytes(id),
    ...(Buffer.isBuffer(payload) && { payload }),
    ...(Buffer.isBuffer(payload) && Number(size) > payload.length && { bytes: Number(size) }),
    ...(Buffer.isBuffer(eventId) && { eventId: eventId.toString() }),
  };
  return [entry];
}

function entryOf(id: string, pairs: readonly unknown[], { payload, eventId }: EntryFields): StreamEntry {
  let [found, foundId]: (Buffer | undefined)[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const value = pairs[i + 1];
    if (!Buffer.isBuffer(value)) continue;
    const name = textOf(pairs[i]);
    if (name === payload) found = value;
    else if (name === eventId) foundId = value;
  }
  return {
    id,
    ...(found && { payload: found }),
    ...(foundId && { eventId: foundId.toString('utf8', 0, ID_BYTES) }),
  };
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString() : String(value);
}
