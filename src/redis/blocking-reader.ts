import { setTimeout as pause } from 'node:timers/promises';
import type { StreamEntry, StreamRead } from '../durable/store.ts';
import { toRedisId } from '../durable/position.ts';
import { TooMuch, withDeadline, type Deadline } from './blocked-connection.ts';
import type { RedisClient } from './client.ts';
import { isReply } from './pool.ts';
import { ReadSize } from './read-size.ts';
import { entriesIn, idsIn, pageIn } from './stream-replies.ts';
import { idsCommand, pageCommand, type ReadStream } from './stream-scripts.ts';

const BLOCK_MS = 1000;
/** More than that above the block without a byte, and the link is dead: nothing else would tell, and nothing would arrive for ever. */
const GRACE_MS = 1500;
const DEADLINE: Deadline = {
  what: 'XREAD',
  ms: BLOCK_MS + GRACE_MS,
  /** Of one answer: 50 entries as large as the default of MAX_MESSAGE_BYTES allows. */
  mostBytes: 64 * 1024 * 1024,
};
/** Before the next read, after one that brought something: so a burst is read in one piece, and sent in one write to each. */
const GATHER_MS = 2;
/** Entries in one read, after which the next one need not wait for any. */
const RUSH = 8;
/** An entry above that is not fetched a second time only to see that it is still there. */
const SMALL_BYTES = 64 * 1024;
/** Bytes of one answer of the script. */
const SCRIPT_BYTES = 4 * 1024 * 1024;
/** How often an entry is asked for alone, before it is passed over. */
const ATTEMPTS = 3;

/** XREAD on a connection of its own, which it may block. */
export class BlockingReader {
  readonly #redis: RedisClient;
  readonly #stream: ReadStream;
  readonly #size = new ReadSize();
  #lastError = 'the connection was closed';
  #lost = false;
  #brought = 0;
  /** Bytes of the entry that was read last. */
  #lastBytes = Infinity;
  /** After a failure entries are asked for one by one, until one has come. */
  #careful = false;
  #missing = { id: '', attempts: 0 };

  /** @param redis a connection that nobody else uses. */
  constructor(redis: RedisClient, stream: ReadStream, failed: (error: Error) => void) {
    this.#redis = redis;
    this.#stream = stream;
    redis.on('close', () => (this.#lost = true));
    redis.on('error', (error: Error) => {
      this.#lastError = error.message;
      failed(error);
    });
    redis.connect().catch((error: Error) => (this.#lastError = error.message));
  }

  /**
   * Waits about a second at most. Rejects where the connection was lost since the last time, too: it may be another server
   * by now.
   */
  async read(id: string): Promise<StreamRead> {
    if (this.#brought > 0) await pause(GATHER_MS);
    if (this.#lost) {
      this.#lost = false;
      this.#brought = 0;
      // After a failure that is known, and what is read next comes with the state of the stream.
      if (!this.#careful) throw new Error(this.#lastError);
    }
    const read = await this.#readAny(id);
    this.#note(read.entries);
    return read;
  }

  close(): void {
    this.#redis.disconnect();
  }

  #note(entries: readonly StreamEntry[]): void {
    this.#brought = entries.length;
    this.#size.brought(
      entries.length,
      entries.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0),
    );
    const last = entries.at(-1);
    if (last) this.#lastBytes = last.bytes ?? last.payload?.length ?? 0;
  }

  async #readAny(id: string): Promise<StreamRead> {
    if (this.#careful) return this.#readOne(id);
    try {
      return await this.#inTime(() => this.#readOn(id));
    } catch (error) {
      if (!isReply(error)) {
        this.#careful = true;
        this.#size.failed();
      }
      if (!(error instanceof TooMuch)) throw error;
      const read = await this.#readOne(id);
      // The reader ended the connection itself: no fault, and no other server.
      this.#lost = false;
      return read;
    }
  }

  async #readOn(id: string): Promise<StreamRead> {
    const { key, fields } = this.#stream;
    const { entries: count } = this.#size;
    const from = toRedisId(id);
    // XREAD is answered with the first entry alone. The rest of a burst is there when XRANGE runs, right after. In a rush
    // there is something anyway.
    const isRush = this.#brought >= Math.min(RUSH, count);
    const woken = isRush
      ? undefined
      : this.#redis.callBuffer('XREAD', 'COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', key, from);
    if (this.#lastBytes > SMALL_BYTES) {
      await woken;
      return this.#page(id, count);
    }
    const [reply] = await Promise.all([this.#redis.callBuffer('XRANGE', key, from, '+', 'COUNT', count + 1), woken]);
    const entries = entriesIn(reply, fields);
    // Something keeps answers alive until the next full collection of garbage; copying them costs more than all else.
    if (Array.isArray(reply)) reply.length = 0;
    // The entry that was read last is still there, so none behind it was trimmed.
    if (entries[0]?.id === id) return { entries: entries.slice(1) };
    return this.#page(id, count);
  }

  async #page(id: string, count: number): Promise<StreamRead> {
    const { key, fields, largest } = this.#stream;
    const limits = { entries: count, bytes: SCRIPT_BYTES, largest };
    const { entries, state } = pageIn(await this.#redis.callBuffer(...pageCommand(key, { after: id }, limits, fields)));
    return { entries, state };
  }

  /** One entry, after its id, which shows that Redis answers. */
  async #readOne(id: string): Promise<StreamRead> {
    const ids = idsCommand(this.#stream.key, { after: id }, 1);
    const [next] = idsIn(await this.#inTime(() => this.#redis.callBuffer(...ids)));
    const attempts = next?.id === this.#missing.id ? this.#missing.attempts : 0;
    if (next && attempts >= ATTEMPTS) return { entries: [], unreadable: next.id };
    this.#missing = { id: next?.id ?? '', attempts: attempts + 1 };
    const read = await this.#inTime(() => this.#page(id, 1));
    this.#missing = { id: '', attempts: 0 };
    this.#careful = false;
    return read;
  }

  #inTime<T>(ask: () => Promise<T>): Promise<T> {
    return withDeadline(this.#redis, DEADLINE, () => this.#lastError, ask);
  }
}
