import { createClient, type RedisClient } from './client.ts';
import { answered, NoAnswer } from './patience.ts';
import { markKey, quarantineKey } from './quarantine-keys.ts';
import { listIn } from './stream-replies.ts';
import type { RedisTarget } from './topology.ts';

/** A message in quarantine. */
export interface QuarantineEntry {
  readonly id: string;
  readonly route: string;
  readonly channel: string;
  readonly reason: string;
  /** The place in the schema. */
  readonly detail?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As published; its beginning, where it has fewer bytes than were published. */
  readonly message: Buffer;
  readonly bytes: number;
}

/** What is in quarantine, for people to look at. Everything rejects where Redis refuses or does not answer. */
export interface QuarantineReader {
  count(route: string): Promise<number>;
  /** The newest, newest first. */
  last(route: string, count: number): Promise<QuarantineEntry[]>;
  /** The oldest behind `id`, oldest first; all, where it is absent. */
  next(route: string, count: number, id?: string): Promise<QuarantineEntry[]>;
  find(route: string, id: string): Promise<QuarantineEntry | undefined>;
  /** From here on the same message is kept again. */
  unmark(entry: QuarantineEntry): Promise<void>;
  remove(entry: QuarantineEntry): Promise<void>;
  /** Another route has kept the same message when it came: one replay serves both. */
  removeCopy(route: string, entry: QuarantineEntry): Promise<void>;
  close(): void;
}

/** Milliseconds between the two, at most. */
const COPY_MS = 60_000;
const CONNECT_MS = 4000;
const ANSWER_MS = 2000;

/** @throws an Error that tells why there is no connection. */
export async function openQuarantine(target: RedisTarget): Promise<QuarantineReader> {
  const redis = createClient(target, 'gateway-quarantine', ANSWER_MS);
  let cause: Error | undefined;
  redis.on('error', (error: Error) => (cause ??= error));
  try {
    await answered(redis.connect(), CONNECT_MS);
  } catch (error) {
    redis.disconnect();
    const told = cause ?? error;
    throw new Error(`Redis: ${told instanceof NoAnswer ? 'no answer' : textOf(told)}`, { cause: error });
  }
  return createReader(redis);
}

function createReader(redis: RedisClient): QuarantineReader {
  const range = async (route: string, command: string, ...words: (string | number)[]): Promise<QuarantineEntry[]> =>
    entriesIn(await redis.callBuffer(command, quarantineKey(route), ...words), route);
  return {
    count: (route) => redis.xlen(quarantineKey(route)),
    last: (route, count) => range(route, 'XREVRANGE', '+', '-', 'COUNT', count),
    next: (route, count, id) => range(route, 'XRANGE', id === undefined ? '-' : `(${id}`, '+', 'COUNT', count),
    async find(route, id) {
      const [entry] = await range(route, 'XRANGE', id, id);
      return entry;
    },
    unmark: async ({ route, channel, message, bytes }) =>
      void (await redis.del(markKey(route, channel, message, bytes))),
    remove: async ({ route, id }) => void (await redis.xdel(quarantineKey(route), id)),
    async removeCopy(route, entry) {
      const ms = Number(entry.id.split('-')[0]);
      const near = await range(route, 'XRANGE', Math.max(0, ms - COPY_MS), ms + COPY_MS);
      const copy = near.find(({ channel, message }) => channel === entry.channel && message.equals(entry.message));
      if (copy) await redis.xdel(quarantineKey(route), copy.id);
    },
    close: () => redis.disconnect(),
  };
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
