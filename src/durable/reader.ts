import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DurableRoute } from '../dispatch/entry.ts';
import type { StreamDispatch } from '../dispatch/stream.ts';
import { exponentialBackoff, jittered } from '../flow/backoff.ts';
import { Signal } from './signal.ts';
import { Continuity } from './continuity.ts';
import { eventIdsFor, History } from './history.ts';
import { fillRing } from './ring-fill.ts';
import { timeOf, type Position } from './position.ts';
import type { HistoryLoss } from './reset-reasons.ts';
import type { StreamEntry, StreamStore } from './store.ts';

export interface ReaderEvents {
  /** Redis did not answer, or refused; the reader retries. */
  readFailed(route: string, error: unknown): void;
  /** The history is no longer the one that was read; clients receive a reset. */
  historyLost(route: string, reason: HistoryLoss): void;
}

/** Where reading a history resumes: after the id; at the end of the stream if there is no id. */
export interface ResumePoint extends Partial<Position> {
  readonly e: string;
  /** How many entries were ever added up to the id. */
  readonly added?: number;
  /** Whether the stream was being read. */
  readonly reading?: boolean;
}

export interface ReaderOptions {
  readonly route: DurableRoute;
  readonly store: StreamStore;
  readonly dispatch: StreamDispatch;
  readonly events: ReaderEvents;
  /** Where the previous reader stopped: no entry after it was sent. Without an id it read another stream. */
  readonly from?: ResumePoint;
  /** Called when the history was lost, before anything new is sent. */
  readonly lost: (reason: HistoryLoss) => void;
}

/** How often the history is checked while nothing seems wrong. */
const CHECK_INTERVAL_MS = 30_000;
/** A check that is not older than this is recent enough. */
const RECENT_MS = 1000;
const RETRY_MS = { shortest: 50, longest: 2000 };
/** Bytes sent in one turn of the event loop. A read returns 4 MB, and a client with 4 MB in its queue is cut off as slow. */
const BYTES_PER_TURN = 256 * 1024;

/** Reads one stream while its route is in the plan: each entry once and in order, whatever happens to Redis. */
export class Reader {
  readonly history: History;
  readonly store: StreamStore;
  readonly #options: ReaderOptions;
  readonly #continuity: Continuity;
  readonly #changes = new Signal();
  #started = false;
  #stopped = false;
  #reading = false;
  #lag = 0;
  #checkedAt = -Infinity;
  #checkNow = false;
  #failures = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.store = options.store;
    this.#reading = options.from?.reading === true;
    this.history = new History(options.route, options.dispatch);
    this.#continuity = new Continuity({
      history: this.history,
      store: this.store,
      isStopped: () => this.#stopped,
      adopted: () => this.#fillLater(),
      lost: (reason) => this.#lost(reason),
    });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Whether the history was read, so that entries can be replayed. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether the last attempt to read the stream succeeded. */
  get reading(): boolean {
    return this.#reading;
  }

  /** Age of the newest entry when it was handled, in seconds. */
  get lag(): number {
    return this.#lag;
  }

  /** Where the next reader continues once this one has stopped; the start of this one until it has read anything. */
  get resumePoint(): ResumePoint | undefined {
    if (!this.#started) return this.#options.from;
    return { e: this.history.epoch, id: this.history.position, added: this.#continuity.added, reading: this.#reading };
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#turn();
        this.#failures = 0;
      } catch (error) {
        if (this.#stopped) return;
        this.#reading = false;
        this.#checkedAt = -Infinity;
        this.#options.events.readFailed(this.#options.route.name, error);
        await this.changed(jittered(exponentialBackoff(RETRY_MS, (this.#failures += 1))));
      }
    }
  }

  /** No entry is sent after this. */
  stop(): void {
    this.#stopped = true;
    this.store.close();
    this.#changes.notify();
  }

  /** Resolves once there is a recent check of the history. */
  async checked(): Promise<void> {
    const requestedAt = performance.now();
    while (!this.#stopped && this.#checkedAt < requestedAt - RECENT_MS) {
      this.#checkNow = true;
      await this.changed(RETRY_MS.longest);
    }
  }

  /** Resolves after the next entries, after `ms`, or when the reader stops. */
  changed(ms: number): Promise<void> {
    return this.#changes.next(ms);
  }

  async #turn(): Promise<void> {
    if (!this.#started) await this.#start();
    if (this.#stopped) return;
    if (this.#checkNow || performance.now() - this.#checkedAt >= CHECK_INTERVAL_MS) await this.#check();
    if (this.#stopped) return;
    const { entries, state, unreadable } = await this.store.read(this.history.position);
    if (this.#stopped) return;
    this.#reading = true;
    if (unreadable !== undefined) return this.#dropUnreadable(unreadable);
    if (this.#continuity.needsCheck(state)) return this.#check();
    if (entries.length > 0) await this.#deliver(entries);
  }

  async #deliver(entries: StreamEntry[]): Promise<void> {
    let bytes = 0;
    for (const entry of entries) {
      if (bytes >= BYTES_PER_TURN) {
        bytes = 0;
        await nextTurn();
        if (this.#stopped) return;
      }
      this.history.deliver(entry);
      this.#continuity.advance(1);
      bytes += entry.payload?.length ?? 0;
    }
    // Otherwise long-lived promises would keep them in memory, see the blocking reader.
    entries.length = 0;
    this.#lag = Math.max(0, (Date.now() - timeOf(this.history.position)) / 1000);
    this.#changes.notify();
  }

  /** Drops an entry that Redis does not send although it answers: otherwise no later entry would be read. */
  #dropUnreadable(id: string): void {
    this.history.dropUnreadable(id);
    this.#continuity.advance(1);
    this.#lost('trimmed');
    this.#changes.notify();
  }

  async #start(): Promise<void> {
    const { history, store } = this;
    const { route, from } = this.#options;
    const epoch = await store.epoch();
    const state = await store.state();
    const position = from?.id !== undefined && from.id < state.lastId ? from.id : state.lastId;
    const eventIds = await eventIdsFor(route, position, store);
    if (this.#stopped) return;
    history.begin({ epoch, position, eventIds });
    this.#continuity.begin(state, from?.added);
    // A route that was live continues immediately; replays read from Redis what the ring does not hold yet.
    if (from?.id === undefined) await fillRing(history, store, () => this.#stopped);
    else this.#fillLater();
    if (this.#stopped) return;
    this.#started = true;
    if (from !== undefined && from.e !== epoch) this.#lost('epoch');
    this.#changes.notify();
  }

  /** Fills the ring in the background. Until then replays read from Redis; permanently if Redis does not answer. */
  #fillLater(): void {
    fillRing(this.history, this.store, () => this.#stopped).catch(() => undefined);
  }

  async #check(): Promise<void> {
    const { history, store } = this;
    await this.#continuity.check();
    if (this.#stopped) return;
    const { entries, age } = history.route.stream.retain;
    if (entries !== undefined) await store.trim({ entries });
    if (age !== undefined) await store.trim({ before: Date.now() - age * 1000 });
    this.#checkedAt = performance.now();
    this.#checkNow = false;
    // After a failure only a read proves that the stream can be read.
    if (this.#failures === 0) this.#reading = true;
    this.#changes.notify();
  }

  #lost(reason: HistoryLoss): void {
    const { route, events, lost } = this.#options;
    events.historyLost(route.name, reason);
    lost(reason);
  }
}
