import { toRedisId } from '../durable/position.ts';

// Redis bounds a reply by a count of entries, and entries have any size: so a script counts the bytes, returns only the two
// fields that are read, and cuts a payload that is too large for all routes.

/** Names of an entry's fields. */
export interface EntryFields {
  readonly payload: string;
  readonly eventId: string;
}

export interface ReadStream {
  readonly key: string;
  readonly fields: EntryFields;
  /** Bytes of the largest payload that any route accepts. */
  readonly largest: number;
}

/** Bytes that are returned of a payload above the limit: those that quarantine keeps. */
const CUT_BYTES = 64 * 1024;
/** Bytes of an event id that are compared. */
export const ID_BYTES = 1024;

/** Entries that a script reads with one command: Redis copies them before the script counts their bytes. */
const MOST_PER_COMMAND = 32;

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
  step = math.min(step * 2, ${MOST_PER_COMMAND})
end
return {now, kept}`;

/** ARGV: command, from, to, entries, field of the event id or nothing. */
const IDS = `local kept, from, most = {}, ARGV[2], tonumber(ARGV[4])
while #kept < 2 * most do
  local wanted = math.min(${MOST_PER_COMMAND}, most - #kept / 2)
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

/** The entries behind an id, or backwards from an id that is included. */
export type Range = { readonly after: string; readonly upTo?: string } | { readonly backFrom: string };

export interface PageLimits {
  readonly entries: number;
  /** Size of the reply; at least one entry is returned, whatever its size. */
  readonly bytes: number;
  /** Size of a payload; a larger one is cut. */
  readonly largest: number;
}

type Words = [command: string, ...(string | number)[]];

export function pageCommand(key: string, range: Range, limits: PageLimits, fields: EntryFields): Words {
  const { entries, bytes, largest } = limits;
  return ['EVAL', PAGE, 1, key, ...wordsOf(range), entries, bytes, largest, fields.payload, fields.eventId];
}

/** @param eventId name of the field with the event id, to return event ids, too. */
export function idsCommand(key: string, range: Range, entries: number, eventId?: string): Words {
  return ['EVAL', IDS, 1, key, ...wordsOf(range), entries, ...(eventId === undefined ? [] : [eventId])];
}

function wordsOf(range: Range): string[] {
  if ('backFrom' in range) return ['XREVRANGE', toRedisId(range.backFrom), '-'];
  const { after, upTo } = range;
  return ['XRANGE', `(${toRedisId(after)}`, upTo === undefined ? '+' : toRedisId(upTo)];
}
