import { toRedisId } from '../durable/position.ts';
import type { EntryFields } from './stream-replies.ts';

// Redis bounds an answer by a count of entries, and entries have any size: so a script counts the bytes, sends no field
// that nobody reads, and of a payload that no route takes the beginning alone.

export interface ReadStream {
  readonly key: string;
  readonly fields: EntryFields;
  /** Bytes of a payload that any route takes. */
  readonly largest: number;
}

/** Bytes that are sent of a payload above the limit: what quarantine keeps. */
const CUT_BYTES = 64 * 1024;
/** Bytes of an event id that are compared. */
export const ID_BYTES = 1024;

/** Entries that a script reads at once: Redis copies them before it counts their bytes. */
const MOST_AT_ONCE = 32;

/** ARGV: command, from, to, entries, bytes, largest payload, field of the payload, field of the event id. */
const PAGE = `local function state()
  local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
  if info.err and string.find(info.err, 'no such key') then return {'0-0', 0, 0, false} end
  if info.err then return info end
  local known = {}
  for i = 1, #info, 2 do known[info[i]] = info[i + 1] end
  local first = known['first-entry']
  return {known['last-generated-id'], known['length'], known['entries-added'] or -1, first and first[1] or false}
end
local now = state()
if now.err then return now end
local most, budget, largest = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local kept, from, sent, step = {}, ARGV[2], 0, 1
while #kept < most do
  local wanted = math.min(step, most - #kept)
  local rows = redis.call(ARGV[1], KEYS[1], from, ARGV[3], 'COUNT', wanted)
  for _, row in ipairs(rows) do
    local payload, event = false, false
    for i = 1, #row[2], 2 do
      if row[2][i] == ARGV[7] then payload = row[2][i + 1]
      elseif row[2][i] == ARGV[8] then event = string.sub(row[2][i + 1], 1, ${ID_BYTES}) end
    end
    local size = payload and #payload or 0
    if size > largest then payload = string.sub(payload, 1, ${CUT_BYTES}) end
    sent = sent + 64 + (payload and #payload or 0) + (event and #event or 0)
    if sent > budget and #kept > 0 then return {now, kept} end
    kept[#kept + 1] = {row[1], payload, size, event}
    from = '(' .. row[1]
  end
  if #rows < wanted then break end
  step = math.min(step * 2, ${MOST_AT_ONCE})
end
return {now, kept}`;

/** ARGV: command, from, to, entries, field of the event id or nothing. */
const IDS = `local kept, from, most = {}, ARGV[2], tonumber(ARGV[4])
while #kept < 2 * most do
  local wanted = math.min(${MOST_AT_ONCE}, most - #kept / 2)
  local rows = redis.call(ARGV[1], KEYS[1], from, ARGV[3], 'COUNT', wanted)
  for _, row in ipairs(rows) do
    local event = false
    for i = 1, ARGV[5] and #row[2] or 0, 2 do
      if row[2][i] == ARGV[5] then event = string.sub(row[2][i + 1], 1, ${ID_BYTES}) end
    end
    kept[#kept + 1] = row[1]
    kept[#kept + 1] = event
    from = '(' .. row[1]
  end
  if #rows < wanted then break end
end
return kept`;

/** Which entries: behind an id, or backwards from an id that is included. */
export type Range = { readonly after: string; readonly upTo?: string } | { readonly backFrom: string };

export interface PageLimits {
  readonly entries: number;
  /** At least one entry is sent, whatever its size. */
  readonly bytes: number;
  /** Of a payload; of a larger one the beginning is sent. */
  readonly largest: number;
}

type Words = [command: string, ...(string | number)[]];

export function pageCommand(key: string, range: Range, limits: PageLimits, fields: EntryFields): Words {
  const { entries, bytes, largest } = limits;
  return ['EVAL', PAGE, 1, key, ...wordsOf(range), entries, bytes, largest, fields.payload, fields.eventId];
}

/** @param eventId field of the event ids, where they are wanted too. */
export function idsCommand(key: string, range: Range, entries: number, eventId?: string): Words {
  return ['EVAL', IDS, 1, key, ...wordsOf(range), entries, ...(eventId === undefined ? [] : [eventId])];
}

function wordsOf(range: Range): string[] {
  if ('backFrom' in range) return ['XREVRANGE', toRedisId(range.backFrom), '-'];
  const { after, upTo } = range;
  return ['XRANGE', `(${toRedisId(after)}`, upTo === undefined ? '+' : toRedisId(upTo)];
}
