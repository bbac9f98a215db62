import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { Semaphore } from '../flow/semaphore.ts';
import { ReplayIncomplete } from './replay-incomplete.ts';
import type { HistoryPages } from './redis-history.ts';
import type { Reader } from './reader.ts';
import { START } from './position.ts';
import type { RingEntry } from './ring.ts';

/** What a replay needs besides the client. */
export interface ReplayParts {
  readonly reader: Reader;
  readonly pages: HistoryPages;
  readonly semaphore: Semaphore;
  /** Entries that this client's user may have read from Redis. */
  readonly quota: {
    take(client: Client, cost: number): boolean;
    charge(client: Client, cost: number): void;
  };
  /** Bytes that may wait for a client before it is given more. */
  readonly calmBytes: number;
}

/** Thrown where there is nobody any more to replay to, or nobody to replay. */
export class ReplayAborted extends Error {}

const LOOK_MS = 20;
/** Entries that each replay from Redis counts for at least, against the quota. */
const LEAST_COST = 1000;
/** Ids of events that `dedupe` looks at, which count for one entry: they are short. */
const IDS_PER_ENTRY = 5;

/** One client on its way from where it was to live. */
export class Replay {
  readonly client: Client;
  readonly #place: ReplayParts;
  readonly #epoch: string;
  /** Behind it nothing was sent. */
  cursor: string;
  sent = 0;
  usedRedis = false;
  #bytes = 0;
  #scanned = 0;

  constructor(place: ReplayParts, client: Client, cursor: string) {
    this.client = client;
    this.cursor = cursor;
    this.#place = place;
    this.#epoch = place.reader.history.epoch;
  }

  /**
   * Sends what is missing up to now.
   *
   * @param arrived called in the same step in which the last of it was sent: to go live there leaves no hole and doubles
   *   nothing.
   */
  async untilNow(arrived: () => void): Promise<void> {
    const { ring } = this.#place.reader.history;
    for (;;) {
      await this.#calm();
      if (this.cursor < ring.floor) await this.#fromRedis();
      // From here to the return nothing else runs.
      else if (this.#fromRing()) return arrived();
    }
  }

  readonly #isFor = (rooms: readonly string[]): boolean => rooms.some((room) => this.client.rooms.includes(room));

  /** Waits until the client has taken most of what it was sent. */
  async #calm(): Promise<void> {
    this.#assertGoingOn();
    while (this.client.queued() > this.#place.calmBytes) {
      await pause(LOOK_MS);
      this.#assertGoingOn();
    }
  }

  #assertGoingOn(): void {
    const { reader } = this.#place;
    if (!this.client.isOpen() || reader.stopped) throw new ReplayAborted();
    if (reader.history.epoch !== this.#epoch) throw new ReplayIncomplete('epoch');
  }

  async #fromRedis(): Promise<void> {
    const { pages, reader, quota } = this.#place;
    const { history } = reader;
    const { ring, route } = history;
    const least = LEAST_COST + route.stream.dedupe / IDS_PER_ENTRY;
    if (!this.usedRedis && !quota.take(this.client, least)) throw new ReplayIncomplete('busy');
    this.usedRedis = true;
    const paging = pages.from(this.cursor);
    while (this.cursor < ring.floor) {
      const { floor } = ring;
      const entries = await this.#inTurn(() => paging.next(floor));
      this.#assertGoingOn();
      if (entries === undefined) throw new ReplayIncomplete('trimmed');
      this.#scanned += entries.length;
      if (this.#scanned > LEAST_COST) quota.charge(this.client, entries.length);
      if (this.#scanned > route.stream.replay.scan) throw new ReplayIncomplete('too-far-behind');
      const { position } = history;
      const read = entries.filter(({ id }) => id <= position);
      await this.#sendAll(read);
      // The others the reader has yet to come to, and sends them live.
      if (read.length < entries.length) return void (this.cursor = position);
      // What lay between was taken out by hand.
      if (entries.length === 0) this.cursor = floor;
    }
  }

  /** A client that reads slowly takes no place from the others meanwhile. */
  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const release = await this.#place.semaphore.acquire();
    if (release === undefined) throw new ReplayIncomplete('busy');
    try {
      return await ask();
    } finally {
      release();
    }
  }

  /** The last events for the client up to its cursor, before anything else. */
  async greet(count: number): Promise<void> {
    const { pages, reader } = this.#place;
    const { ring, route } = reader.history;
    const isWanted = ({ rooms }: RingEntry): boolean => this.#isFor(rooms);
    const { floor } = ring;
    const recent = ring.last(count, this.#isFor);
    const missing = floor === START ? 0 : count - recent.length;
    const older =
      missing > 0 ? await this.#inTurn(() => pages.last(floor, missing, route.stream.replay.scan, isWanted)) : [];
    this.#assertGoingOn();
    const cursor = this.cursor;
    await this.#sendAll([...older, ...recent]);
    this.cursor = cursor;
  }

  async #sendAll(entries: readonly RingEntry[]): Promise<void> {
    for (const entry of entries) {
      if (this.client.queued() > this.#place.calmBytes) await this.#calm();
      this.cursor = entry.id;
      if (this.#isFor(entry.rooms)) this.#send(entry);
    }
  }

  /** Whether it came to its end. */
  #fromRing(): boolean {
    const { history } = this.#place.reader;
    for (const entry of history.ring.after(this.cursor, this.#isFor)) {
      if (this.client.queued() > this.#place.calmBytes) return false;
      this.#send(entry);
    }
    this.cursor = history.position;
    return true;
  }

  #send(entry: RingEntry): void {
    this.cursor = entry.id;
    const { history } = this.#place.reader;
    const { events, bytes } = history.route.stream.replay;
    const payload = history.route.shape(entry.text);
    this.sent += 1;
    this.#bytes += payload.length;
    if (this.sent > events || this.#bytes > bytes) throw new ReplayIncomplete('too-far-behind');
    this.client.send(history.route.event, payload, this.client.resumable ? history.metaAt(entry.id) : undefined);
  }
}
