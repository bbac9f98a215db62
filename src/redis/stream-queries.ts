import type { Redis } from 'ioredis';
import { before, START } from '../durable/position.ts';
import { Refused, type EventId } from '../durable/store.ts';
import type { Commands } from './commands.ts';
import { isReplyError } from './reply-error.ts';
import { idsIn, pageIn, type PageReply } from './stream-replies.ts';
import { idsCommand, pageCommand, type Range, type ReadStream } from './stream-scripts.ts';

/** Bytes of one reply: a quarter of a second at 32 Mbit/s. Replies on the shared connection wait for one another. */
const PAGE_BYTES = 1024 * 1024;
/** After failures replies get smaller, down to one entry at a time. */
const LEAST_BYTES = 4096;
/** Ids of one reply: some 100 KB. */
const IDS_PER_REPLY = 2000;

/** Queries about one stream, with replies of bounded size. */
export class StreamQueries {
  readonly #commands: Commands;
  readonly #stream: ReadStream;
  #bytes = PAGE_BYTES;

  constructor(commands: Commands, stream: ReadStream) {
    this.#commands = commands;
    this.#stream = stream;
  }

  /** @throws Refused for an error reply that does not end by itself. */
  async run<T>(act: (redis: Redis) => Promise<T>, key = this.#stream.key): Promise<T> {
    try {
      return await this.#commands.at(key, act);
    } catch (error) {
      throw isRefusal(error) ? new Refused(error.message, { cause: error }) : error;
    }
  }

  async page(range: Range, entries: number): Promise<PageReply> {
    const { key, fields, largest } = this.#stream;
    const command = pageCommand(key, range, { entries, bytes: this.#bytes, largest }, fields);
    try {
      const page = pageIn(await this.run((redis) => redis.callBuffer(...command)));
      this.#bytes = Math.min(this.#bytes * 2, PAGE_BYTES);
      return page;
    } catch (error) {
      this.#bytes = Math.max(this.#bytes / 2, LEAST_BYTES);
      throw error;
    }
  }

  async ids(range: Range, count: number, eventId?: string): Promise<EventId[]> {
    const command = idsCommand(this.#stream.key, range, count, eventId);
    return idsIn(await this.run((redis) => redis.callBuffer(...command)));
  }

  /** Event ids of the last `count` entries up to `upTo`, oldest first. */
  async eventIds(upTo: string, count: number): Promise<EventId[]> {
    const found: EventId[] = [];
    let end = upTo;
    while (found.length < count && end !== START) {
      const wanted = Math.min(IDS_PER_REPLY, count - found.length);
      const ids = await this.ids({ backFrom: end }, wanted, this.#stream.fields.eventId);
      found.push(...ids);
      const oldest = ids.at(-1);
      if (oldest === undefined || ids.length < wanted) break;
      end = before(oldest.id);
    }
    return found.toReversed();
  }
}

/** Replies that end by themselves: a failover, a start, a script that runs long. */
const PASSING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|MOVED|ASK|BUSY|UNBLOCKED|NOREPLICAS|MISCONF|OOM)\b/;

function isRefusal(error: unknown): error is Error {
  return isReplyError(error) && !PASSING.test(error.message);
}
