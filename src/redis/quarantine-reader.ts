import { createCommands, type Commands } from './commands.ts';
import { markKey, quarantineKey } from './quarantine-keys.ts';
import { listIn } from './stream-replies.ts';
import type { RedisTarget } from './redis-target.ts';

/** A message in quarantine. */
export interface QuarantineEntry {
  readonly id: string;
  readonly route: string;
  readonly channel: string;
  readonly reason: string;
  /** JSON pointer into the schema. */
  readonly detail?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The message as published; cut if it has fewer bytes than `bytes`. */
  readonly message: Buffer;
  readonly bytes: number;
}

/** Reads the quarantine, for commands. All methods reject where Redis refuses or does not answer. */
export interface QuarantineReader {
  count(route: string): Promise<number>;
  /** The newest entries, newest first. */
  last(route: string, count: number): Promise<QuarantineEntry[]>;
  /** The oldest entries behind `id`, oldest first; from the beginning without an `id`. */
  next(route: string, count: number, id?: string): Promise<QuarantineEntry[]>;
  find(route: string, id: string): Promise<QuarantineEntry | undefined>;
  /** Allows the same message to be quarantined again. */
  unmark(entry: QuarantineEntry): Promise<void>;
  remove(entry: QuarantineEntry): Promise<void>;
  /** Removes the entry of another route for the same message: one replay serves both. */
  removeCopy(route: string, entry: QuarantineEntry): Promise<void>;
  close(): void;
}

/** Milliseconds between the entries of two routes for the same message, at most. */
const COPY_MS = 60_000;
/** Messages of one reply, of 64 KiB at most each. */
const PAGE_ENTRIES = 50;

/** Connects to the quarantine. @throws an Error that says why there is no connection. */
export async function openQuarantine(target: RedisTarget): Promise<QuarantineReader> {
  const commands = createCommands(target, 'gateway-quarantine', () => undefined);
  try {
    await commands.at(quarantineKey(''), (redis) => redis.ping());
  } catch (error) {
    commands.close();
    throw new Error(`Redis: ${textOf(error)}`, { cause: error });
  }
  return createReader(commands);
}

function createReader({ at, close }: Commands): QuarantineReader {
  /** Entries page by page; a page is read when its first entry is needed. */
  async function* range(
    route: string,
    command: 'XRANGE' | 'XREVRANGE',
    from: string,
    to: string,
  ): AsyncGenerator<QuarantineEntry> {
    const key = quarantineKey(route);
    for (let start = from; ;) {
      const words = [key, start, to, 'COUNT', PAGE_ENTRIES];
      const page = entriesIn(await at(key, (redis) => redis.callBuffer(command, ...words)), route);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ENTRIES) return;
      start = `(${last.id}`;
    }
  }
  const removeId = (route: string, id: string): Promise<unknown> =>
    at(quarantineKey(route), (redis) => redis.xdel(quarantineKey(route), id));

  return {
    count: (route) => at(quarantineKey(route), (redis) => redis.xlen(quarantineKey(route))),
    last: (route, count) => firstOf(range(route, 'XREVRANGE', '+', '-'), count),
    next: (route, count, id) => firstOf(range(route, 'XRANGE', id === undefined ? '-' : `(${id}`, '+'), count),
    async find(route, id) {
      const [entry] = await firstOf(range(route, 'XRANGE', id, id), 1);
      return entry;
    },
    async unmark({ route, channel, message, bytes }) {
      const key = markKey(route, channel, message, bytes);
      await at(key, (redis) => redis.del(key));
    },
    remove: async ({ route, id }) => void (await removeId(route, id)),
    async removeCopy(route, entry) {
      const ms = Number(entry.id.split('-')[0]);
      for await (const near of range(route, 'XRANGE', String(Math.max(0, ms - COPY_MS)), String(ms + COPY_MS))) {
        if (near.channel !== entry.channel || !near.message.equals(entry.message)) continue;
        await removeId(route, near.id);
        break;
      }
    },
    close,
  };
}

async function firstOf(entries: AsyncGenerator<QuarantineEntry>, count: number): Promise<QuarantineEntry[]> {
  const found: QuarantineEntry[] = [];
  if (count < 1) return found;
  for await (const entry of entries) if (found.push(entry) >= count) break;
  return found;
}

function entriesIn(reply: unknown, route: string): QuarantineEntry[] {
  return listIn(reply).flatMap((row) => {
    const [id, pairs] = listIn(row);
    return Buffer.isBuffer(id) ? [entryOf(id.toString(), route, fieldsIn(listIn(pairs)))] : [];
  });
}

function fieldsIn(pairs: readonly unknown[]): ReadonlyMap<string, Buffer> {
  const fields = new Map<string, Buffer>();
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const value = pairs[i + 1];
    if (Buffer.isBuffer(value)) fields.set(String(pairs[i]), value);
  }
  return fields;
}

function entryOf(id: string, route: string, fields: ReadonlyMap<string, Buffer>): QuarantineEntry {
  const text = (name: string): string => fields.get(name)?.toString() ?? '';
  const message = fields.get('message') ?? Buffer.alloc(0);
  const detail = fields.get('detail')?.toString();
  return {
    id,
    route,
    channel: text('channel'),
    reason: text('reason'),
    ...(detail !== undefined && { detail }),
    at: Number(text('at')),
    message,
    bytes: Number(text('bytes')),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
