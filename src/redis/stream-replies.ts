import { fromRedisBytes, fromRedisId, START } from '../durable/position.ts';
import type { StreamEntry, StreamState } from '../durable/store.ts';

/** Names of an entry's fields. */
export interface EntryFields {
  readonly payload: string;
  readonly eventId: string;
}

/** Of one command among several. */
export type Reply = readonly [error: Error | null, value: unknown];

/** `[[id, [field, value, …]], …]` as Redis answers XRANGE and XREVRANGE. */
export function entriesIn(reply: unknown, fields: EntryFields): StreamEntry[] {
  const entries: StreamEntry[] = [];
  for (const row of listIn(reply)) {
    const [id, pairs] = listIn(row);
    if (Buffer.isBuffer(id)) entries.push(entryOf(fromRedisBytes(id), listIn(pairs), fields));
  }
  return entries;
}

export function idsIn(reply: unknown): string[] {
  return listIn(reply).flatMap((row) => {
    const [id] = listIn(row);
    return Buffer.isBuffer(id) ? [fromRedisBytes(id)] : [];
  });
}

/** Of one stream: `[key, entries]`, in RESP2 `[[key, entries]]`; nothing where none came in time. */
export function entriesRead(reply: unknown, fields: EntryFields): StreamEntry[] {
  const [first, entries] = listIn(reply);
  return entriesIn(Array.isArray(first) ? listIn(first)[1] : entries, fields);
}

export function valueOf(reply: Reply | undefined): unknown {
  if (reply?.[0]) throw reply[0];
  return reply?.[1];
}

/** A stream without entries does not exist before its first one. */
export function stateOrNone(reply: Reply | undefined): StreamState {
  if (reply?.[0]?.message.includes('no such key')) return NO_STREAM;
  return stateIn(valueOf(reply));
}

/** XINFO STREAM, as names and values in turn. */
function stateIn(reply: unknown): StreamState {
  const values = new Map<string, unknown>();
  const list = listIn(reply);
  for (let i = 0; i + 1 < list.length; i += 2) values.set(textOf(list[i]), list[i + 1]);
  const id = values.get('last-generated-id');
  return {
    lastId: id === undefined ? START : fromRedisId(textOf(id)),
    length: Number(values.get('length') ?? 0),
    // Redis tells it since 7.0.
    added: Number(values.get('entries-added') ?? Number.NaN),
  };
}

const NO_STREAM: StreamState = { lastId: START, length: 0, added: 0 };

function entryOf(id: string, pairs: readonly unknown[], { payload, eventId }: EntryFields): StreamEntry {
  let [found, foundId]: (Buffer | undefined)[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const value = pairs[i + 1];
    if (!Buffer.isBuffer(value)) continue;
    const name = textOf(pairs[i]);
    if (name === payload) found = value;
    else if (name === eventId) foundId = value;
  }
  return { id, ...(found && { payload: found }), ...(foundId && { eventId: foundId.toString() }) };
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString() : String(value);
}
