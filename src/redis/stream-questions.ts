import type { Redis } from 'ioredis';
import { before, START } from '../durable/position.ts';
import { Refused, type EventId } from '../durable/store.ts';
import type { Commands } from './commands.ts';
import { isReply } from './pool.ts';
import { idsIn, pageIn, type PageReply } from './stream-replies.ts';
import { idsCommand, pageCommand, type Range, type ReadStream } from './stream-scripts.ts';

/** Bytes of one answer: a quarter of a second at 32 Mbit/s. Answers on the shared connection wait for one another. */
const PAGE_BYTES = 1024 * 1024;
/** Where answers are lost: fewer, down to one entry at a time. */
const LEAST_BYTES = 4096;
/** Ids of one answer: some 100 KB. */
const IDS_AT_ONCE = 2000;

/** What is asked of one stream, in answers of bounded size. */
export class StreamQuestions {
  readonly #commands: Commands;
  readonly #stream: ReadStream;
  #bytes = PAGE_BYTES;

  constructor(commands: Commands, stream: ReadStream) {
    this.#commands = commands;
    this.#stream = stream;
  }

  /** @throws Refused where Redis answers with a no that lasts. */
  async ask<T>(act: (redis: Redis) => Promise<T>, key = this.#stream.key): Promise<T> {
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
      const page = pageIn(await this.ask((redis) => redis.callBuffer(...command)));
      this.#bytes = Math.min(this.#bytes * 2, PAGE_BYTES);
      return page;
    } catch (error) {
      this.#bytes = Math.max(this.#bytes / 2, LEAST_BYTES);
      throw error;
    }
  }

  async ids(range: Range, count: number, eventId?: string): Promise<EventId[]> {
    const command = idsCommand(this.#stream.key, range, count, eventId);
    return idsIn(await this.ask((redis) => redis.callBuffer(...command)));
  }

  /** Event ids of the last `count` entries up to `upTo`, oldest first. */
  async eventIds(upTo: string, count: number): Promise<EventId[]> {
    const found: EventId[] = [];
    let end = upTo;
    while (found.length < count && end !== START) {
      const wanted = Math.min(IDS_AT_ONCE, count - found.length);
      const ids = await this.ids({ backFrom: end }, wanted, this.#stream.fields.eventId);
      found.push(...ids);
      const oldest = ids.at(-1);
      if (oldest === undefined || ids.length < wanted) break;
      end = before(oldest.id);
    }
    return found.toReversed();
  }
}

/** These end by themselves: a failover, a start, a script that runs long. */
const PASSING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|MOVED|ASK|BUSY|UNBLOCKED|NOREPLICAS|MISCONF|OOM)\b/;

function isRefusal(error: unknown): error is Error {
  return isReply(error) && !PASSING.test(error.message);
}
