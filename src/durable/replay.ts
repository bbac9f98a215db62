import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { Semaphore } from '../flow/semaphore.ts';
import { ReplayIncomplete } from './replay-incomplete.ts';
import type { HistoryPages } from './redis-history.ts';
import type { Reader } from './reader.ts';
import { START } from './position.ts';
import type { Addressed, RingEntry } from './ring.ts';

/** Everything a replay needs, except the client. */
export interface ReplayParts {
  readonly reader: Reader;
  readonly pages: HistoryPages;
  readonly semaphore: Semaphore;
  /** Limits how many entries are read from Redis for this client's user. */
  readonly quota: {
    take(client: Client, cost: number): boolean;
    charge(client: Client, cost: number): void;
  };
  /** A replay pauses while more bytes than this are in the client's send queue. */
  readonly pauseAboveBytes: number;
}

/** Thrown when the client has disconnected or the reader has stopped. */
export class ReplayAborted extends Error {}

const POLL_MS = 20;
/** Entries that each replay from Redis costs at least, of the quota. */
const LEAST_COST = 1000;
/** How many event ids, which `dedupe` compares, cost as much as one entry: they are short. */
const IDS_PER_ENTRY = 5;

/** Brings one client from its last position to the live events. */
export class Replay {
  readonly client: Client;
  readonly #parts: ReplayParts;
  readonly #epoch: string;
  /** Id of the last entry that was sent or skipped: no entry after it was sent. */
  cursor: string;
  sent = 0;
  usedRedis = false;
  #bytes = 0;
  #scanned = 0;

  constructor(parts: ReplayParts, client: Client, cursor: string) {
    this.client = client;
    this.cursor = cursor;
    this.#parts = parts;
    this.#epoch = parts.reader.history.epoch;
  }

  /**
   * Sends all missed entries up to now.
   *
   * @param caughtUp called in the same step in which the last one was sent: a client that goes live there misses no entry
   *   and receives none twice.
   */
  async untilNow(caughtUp: () => void): Promise<void> {
    const { ring } = this.#parts.reader.history;
    for (;;) {
      await this.#waitForClient();
      if (this.cursor < ring.floor) await this.#fromRedis();
      // From here to the return nothing else runs.
      else if (this.#fromRing()) return caughtUp();
    }
  }

  readonly #isFor = ({ rooms, except }: Addressed): boolean => {
    const mine = this.client.rooms;
    return rooms.some((room) => mine.includes(room)) && !except.some((room) => mine.includes(room));
  };

  /** Waits until the client has received most of what was sent to it. */
  async #waitForClient(): Promise<void> {
    this.#assertCurrent();
    while (this.client.queued() > this.#parts.pauseAboveBytes) {
      await pause(POLL_MS);
      this.#assertCurrent();
    }
  }

  #assertCurrent(): void {
    const { reader } = this.#parts;
    if (!this.client.isOpen() || reader.stopped) throw new ReplayAborted();
    if (reader.history.epoch !== this.#epoch) throw new ReplayIncomplete('epoch');
  }

  async #fromRedis(): Promise<void> {
    const { pages, reader, quota } = this.#parts;
    const { history } = reader;
    const { ring, route } = history;
    const least = LEAST_COST + route.stream.dedupe / IDS_PER_ENTRY;
    if (!this.usedRedis && !quota.take(this.client, least)) throw new ReplayIncomplete('busy');
    this.usedRedis = true;
    const paging = pages.from(this.cursor);
    while (this.cursor < ring.floor) {
      const { floor } = ring;
      const entries = await this.#inTurn(() => paging.next(floor));
      this.#assertCurrent();
      if (entries === undefined) throw new ReplayIncomplete('trimmed');
      this.#scanned += entries.length;
      if (this.#scanned > LEAST_COST) quota.charge(this.client, entries.length);
      if (this.#scanned > route.stream.replay.scan) throw new ReplayIncomplete('too-far-behind');
      const { position } = history;
      const read = entries.filter(({ id }) => id <= position);
      await this.#sendAll(read);
      // The reader has not read the others yet, and will send them live.
      if (read.length < entries.length) return void (this.cursor = position);
      // The entries in between were deleted manually.
      if (entries.length === 0) this.cursor = floor;
    }
  }

  /** Holds a slot of the semaphore only while Redis is read, so that a slow client does not block others. */
  async #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const release = await this.#parts.semaphore.acquire();
    if (release === undefined) throw new ReplayIncomplete('busy');
    try {
      return await read();
    } finally {
      release();
    }
  }

  /** Sends the last events for the client up to its cursor, before anything else. */
  async greet(count: number): Promise<void> {
    const { pages, reader } = this.#parts;
    const { ring, route } = reader.history;
    const { floor } = ring;
    const recent = ring.last(count, this.#isFor);
    const missing = floor === START ? 0 : count - recent.length;
    const older =
      missing > 0 ? await this.#inTurn(() => pages.last(floor, missing, route.stream.replay.scan, this.#isFor)) : [];
    this.#assertCurrent();
    const cursor = this.cursor;
    await this.#sendAll([...older, ...recent]);
    this.cursor = cursor;
  }

  async #sendAll(entries: readonly RingEntry[]): Promise<void> {
    for (const entry of entries) {
      if (this.client.queued() > this.#parts.pauseAboveBytes) await this.#waitForClient();
      this.cursor = entry.id;
      if (this.#isFor(entry)) this.#send(entry);
    }
  }

  /** Sends from the ring. @returns whether all was sent. */
  #fromRing(): boolean {
    const { history } = this.#parts.reader;
    for (const entry of history.ring.after(this.cursor, this.#isFor)) {
      if (this.client.queued() > this.#parts.pauseAboveBytes) return false;
      this.#send(entry);
    }
    this.cursor = history.position;
    return true;
  }

  #send(entry: RingEntry): void {
    this.cursor = entry.id;
    const { history } = this.#parts.reader;
    const { events, bytes } = history.route.stream.replay;
    const payload = history.route.shape(entry.text);
    this.sent += 1;
    this.#bytes += payload.length;
    if (this.sent > events || this.#bytes > bytes) throw new ReplayIncomplete('too-far-behind');
    this.client.send(history.route.event, payload, this.client.resumable ? history.metaAt(entry.id) : undefined);
  }
}
