import { setTimeout as pause } from 'node:timers/promises';
import type { StreamEntry, StreamRead } from '../durable/store.ts';
import { toRedisId } from '../durable/position.ts';
import { TooMuch, withDeadline, type Deadline } from './blocked-connection.ts';
import { withPlace } from './commands.ts';
import { isReply } from './pool.ts';
import { ReadSize } from './read-size.ts';
import { redirectionOf } from './redirection.ts';
import type { Seat, Seats } from './seat.ts';
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
  readonly #seats: Seats;
  readonly #stream: ReadStream;
  readonly #size = new ReadSize();
  #brought = 0;
  /** Bytes of the entry that was read last. */
  #lastBytes = Infinity;
  /** After a failure entries are asked for one by one, until one has come: it comes with the state of the stream. */
  #careful = false;
  #missing = { id: '', attempts: 0 };

  /** @param seats connections that nobody else uses, one at a time. */
  constructor(seats: Seats, stream: ReadStream) {
    this.#seats = seats;
    this.#stream = stream;
  }

  /**
   * Waits about a second at most. Rejects where the connection was lost since the last time, too: it may be another server
   * by now.
   */
  async read(id: string): Promise<StreamRead> {
    if (this.#brought > 0) await pause(GATHER_MS);
    const read = await this.#readAny(id);
    this.#note(read.entries);
    return read;
  }

  close(): void {
    this.#seats.close();
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
      return await this.#inTime((seat) => this.#readOn(seat, id));
    } catch (error) {
      if (!isReply(error)) {
        this.#careful = true;
        this.#brought = 0;
        this.#size.failed();
      }
      if (!(error instanceof TooMuch)) throw error;
      return this.#readOne(id);
    }
  }

  async #readOn(seat: Seat, id: string): Promise<StreamRead> {
    const { key, fields } = this.#stream;
    const { entries: count } = this.#size;
    const from = toRedisId(id);
    // XREAD is answered with the first entry alone. The rest of a burst is there when XRANGE runs, right after. In a rush
    // there is something anyway.
    const isRush = this.#brought >= Math.min(RUSH, count);
    const woken = isRush ? undefined : send(seat, 'XREAD', 'COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', key, from);
    if (this.#lastBytes > SMALL_BYTES) {
      await woken;
      return this.#page(seat, id, count);
    }
    const [reply] = await Promise.all([send(seat, 'XRANGE', key, from, '+', 'COUNT', count + 1), woken]);
    const entries = entriesIn(reply, fields);
    // Something keeps answers alive until the next full collection of garbage; copying them costs more than all else.
    if (Array.isArray(reply)) reply.length = 0;
    // The entry that was read last is still there, so none behind it was trimmed.
    if (entries[0]?.id === id) return { entries: entries.slice(1) };
    return this.#page(seat, id, count);
  }

  async #page(seat: Seat, id: string, count: number): Promise<StreamRead> {
    const { key, fields, largest } = this.#stream;
    const limits = { entries: count, bytes: SCRIPT_BYTES, largest };
    const { entries, state } = pageIn(await send(seat, ...pageCommand(key, { after: id }, limits, fields)));
    return { entries, state };
  }

  /** One entry, after its id, which shows that Redis answers. */
  async #readOne(id: string): Promise<StreamRead> {
    const ids = idsCommand(this.#stream.key, { after: id }, 1);
    const [next] = idsIn(await this.#inTime((seat) => send(seat, ...ids)));
    const attempts = next?.id === this.#missing.id ? this.#missing.attempts : 0;
    if (next && attempts >= ATTEMPTS) return { entries: [], unreadable: next.id };
    this.#missing = { id: next?.id ?? '', attempts: attempts + 1 };
    const read = await this.#inTime((seat) => this.#page(seat, id, 1));
    this.#missing = { id: '', attempts: 0 };
    this.#careful = false;
    return read;
  }

  async #inTime<T>(ask: (seat: Seat) => Promise<T>): Promise<T> {
    const at = (seat: Seat): Promise<T> => withDeadline(seat.redis, DEADLINE, () => ask(seat));
    try {
      return await this.#followed(await this.#seats.current(), at);
    } catch (error) {
      // A refusal leaves the connection as it was.
      if (!isReply(error) || redirectionOf(error)) this.#seats.leave();
      throw error;
    }
  }

  /** A stream that is on its way to another node of a cluster is read there. */
  async #followed<T>(seat: Seat, at: (seat: Seat) => Promise<T>): Promise<T> {
    try {
      return await at(seat);
    } catch (error) {
      const redirection = redirectionOf(error);
      if (redirection?.kind === 'ask' && !seat.asking) return at(await this.#seats.follow(redirection, seat));
      throw error instanceof TooMuch ? error : withPlace(error, seat.place);
    }
  }
}

async function send({ redis, asking }: Seat, name: string, ...words: (string | number)[]): Promise<unknown> {
  const [, reply] = await Promise.all([asking && redis.call('ASKING'), redis.callBuffer(name, ...words)]);
  return reply;
}
