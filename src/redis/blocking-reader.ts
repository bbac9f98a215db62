import { setTimeout as pause } from 'node:timers/promises';
import type { StreamEntry, StreamRead } from '../durable/store.ts';
import { toRedisId } from '../durable/position.ts';
import { ReplyTooLarge, withReplyLimits, type ReplyLimits } from './bounded-reply.ts';
import { namingServer } from './commands.ts';
import type { DedicatedConnection, KeyConnection } from './dedicated-connection.ts';
import { ReadSize } from './read-size.ts';
import { redirectionOf } from './redirection.ts';
import { isReplyError } from './reply-error.ts';
import { entriesIn, idsIn, pageIn } from './stream-replies.ts';
import { idsCommand, pageCommand, type ReadStream } from './stream-scripts.ts';

const BLOCK_MS = 1000;
/** A link without a byte for longer than the block and this is dead: nothing else would show it, and nothing would arrive. */
const GRACE_MS = 1500;
const LIMITS: ReplyLimits = {
  command: 'XREAD',
  ms: BLOCK_MS + GRACE_MS,
  /** 50 entries as large as the default of MAX_MESSAGE_BYTES allows. */
  bytes: 64 * 1024 * 1024,
};
/** Pause after a read that returned entries: so a burst is read in one piece, and each socket gets it in one write. */
const GATHER_MS = 2;
/** After a read of so many entries the next one does not block. */
const BURST = 8;
/** An entry larger than this is not fetched again only to see that it still exists. */
const SMALL_BYTES = 64 * 1024;
/** Bytes of one reply of the script. */
const SCRIPT_BYTES = 4 * 1024 * 1024;
/** An entry is skipped after so many attempts to read it alone. */
const ATTEMPTS = 3;

/** Reads a stream with XREAD, on a dedicated connection that it may block. */
export class BlockingReader {
  readonly #connection: DedicatedConnection;
  readonly #stream: ReadStream;
  readonly #size = new ReadSize();
  #lastCount = 0;
  /** Bytes of the entry that was read last. */
  #lastBytes = Infinity;
  /** Set by a failure until one entry was read: entries are then read one by one, with the state of the stream. */
  #oneByOne = false;
  #failing = { id: '', attempts: 0 };

  constructor(connection: DedicatedConnection, stream: ReadStream) {
    this.#connection = connection;
    this.#stream = stream;
  }

  /**
   * Returns the entries behind `id`. Waits for about a second at most. Rejects where the connection was lost since the last
   * read, too: the next one may lead to another server.
   */
  async read(id: string): Promise<StreamRead> {
    if (this.#lastCount > 0) await pause(GATHER_MS);
    const read = await this.#readAny(id);
    this.#note(read.entries);
    return read;
  }

  close(): void {
    this.#connection.close();
  }

  #note(entries: readonly StreamEntry[]): void {
    this.#lastCount = entries.length;
    this.#size.succeeded(
      entries.length,
      entries.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0),
    );
    const last = entries.at(-1);
    if (last) this.#lastBytes = last.bytes ?? last.payload?.length ?? 0;
  }

  async #readAny(id: string): Promise<StreamRead> {
    if (this.#oneByOne) return this.#readOne(id);
    try {
      return await this.#limited((connection) => this.#readOn(connection, id));
    } catch (error) {
      if (!isReplyError(error)) {
        this.#oneByOne = true;
        this.#lastCount = 0;
        this.#size.failed();
      }
      if (!(error instanceof ReplyTooLarge)) throw error;
      return this.#readOne(id);
    }
  }

  async #readOn(connection: KeyConnection, id: string): Promise<StreamRead> {
    const { key, fields } = this.#stream;
    const { entries: count } = this.#size;
    const from = toRedisId(id);
    // XREAD replies with the first entry alone. XRANGE, right behind it, returns the rest of a burst. Within a burst there is
    // something to read without blocking.
    const isBurst = this.#lastCount >= Math.min(BURST, count);
    const woken = isBurst ? undefined : send(connection, 'XREAD', 'COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', key, from);
    if (this.#lastBytes > SMALL_BYTES) {
      await woken;
      return this.#page(connection, id, count);
    }
    const [reply] = await Promise.all([send(connection, 'XRANGE', key, from, '+', 'COUNT', count + 1), woken]);
    const entries = entriesIn(reply, fields);
    // Replies are kept alive until the next full garbage collection; copying them costs more than everything else.
    if (Array.isArray(reply)) reply.length = 0;
    // The entry that was read last still exists, so none behind it was trimmed.
    if (entries[0]?.id === id) return { entries: entries.slice(1) };
    return this.#page(connection, id, count);
  }

  async #page(connection: KeyConnection, id: string, count: number): Promise<StreamRead> {
    const { key, fields, largest } = this.#stream;
    const limits = { entries: count, bytes: SCRIPT_BYTES, largest };
    const { entries, state } = pageIn(await send(connection, ...pageCommand(key, { after: id }, limits, fields)));
    return { entries, state };
  }

  /** Reads one entry; its id first, which shows that Redis answers. */
  async #readOne(id: string): Promise<StreamRead> {
    const ids = idsCommand(this.#stream.key, { after: id }, 1);
    const [next] = idsIn(await this.#limited((connection) => send(connection, ...ids)));
    const attempts = next?.id === this.#failing.id ? this.#failing.attempts : 0;
    if (next && attempts >= ATTEMPTS) return { entries: [], unreadable: next.id };
    this.#failing = { id: next?.id ?? '', attempts: attempts + 1 };
    const read = await this.#limited((connection) => this.#page(connection, id, 1));
    this.#failing = { id: '', attempts: 0 };
    this.#oneByOne = false;
    return read;
  }

  async #limited<T>(command: (connection: KeyConnection) => Promise<T>): Promise<T> {
    const run = (connection: KeyConnection): Promise<T> =>
      withReplyLimits(connection.redis, LIMITS, () => command(connection));
    try {
      return await this.#redirected(await this.#connection.current(), run);
    } catch (error) {
      // An error reply leaves the connection usable.
      if (!isReplyError(error) || redirectionOf(error)) this.#connection.drop();
      throw error;
    }
  }

  /** Follows an ASK: the stream is being migrated to another node of the cluster. */
  async #redirected<T>(connection: KeyConnection, run: (connection: KeyConnection) => Promise<T>): Promise<T> {
    try {
      return await run(connection);
    } catch (error) {
      const redirection = redirectionOf(error);
      if (redirection?.kind === 'ask' && !connection.asking)
        return run(await this.#connection.followAsk(redirection, connection));
      throw error instanceof ReplyTooLarge ? error : namingServer(error, connection.server);
    }
  }
}

async function send({ redis, asking }: KeyConnection, name: string, ...words: (string | number)[]): Promise<unknown> {
  const [, reply] = await Promise.all([asking && redis.call('ASKING'), redis.callBuffer(name, ...words)]);
  return reply;
}
